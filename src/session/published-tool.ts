import type { Diagnostic, Json, PatchedFile, ReadToolCall, Todo, ToolCall, ToolPart } from "./model.ts"
import { definedFields, type JsonFields } from "./published-fields.ts"

/**
 * Reduces the input of a tool call to the fields that its row shows and related numbers. Unknown tools keep all of it.
 */
export function shownInput({ tool, input, call }: ToolPart): Json {
  switch (call.kind) {
    case "bash":
      return definedFields({
        command: call.command,
        description: call.description || undefined,
        timeout: numberIn(input, "timeout"),
      })
    case "read":
      return definedFields({ filePath: call.path, offset: numberIn(input, "offset"), limit: numberIn(input, "limit") })
    case "write":
      return { filePath: call.path, content: call.content }
    case "edit": {
      const edits = call.changes.map(({ before, after, all }) =>
        definedFields({ oldString: before, newString: after, replaceAll: all || undefined }),
      )
      return tool === "multiedit" ? { filePath: call.path, edits } : { filePath: call.path, ...edits[0] }
    }
    case "apply_patch":
      return { patchText: call.patchText }
    case "search":
      return definedFields({
        pattern: call.by === "list" && call.pattern === "" ? undefined : call.pattern,
        path: call.path || undefined,
        include: call.include || undefined,
      })
    case "todowrite":
      return { todos: call.todos.map(todoRecord) }
    case "task":
      return definedFields({
        description: call.description || undefined,
        prompt: call.prompt,
        subagent_type: call.agent || undefined,
      })
    case "webfetch":
      return { url: call.url }
    case "websearch":
      return { query: call.query }
    case "question":
      return {
        questions: call.questions.map(({ question, multiple, options }) =>
          definedFields({ question, multiple: multiple || undefined, options }),
        ),
      }
    case "skill":
      return { name: call.name }
    case "execute":
      return { code: call.code }
    case "invalid":
      return { tool: call.tool, error: call.reason }
    case "generic":
      return input
  }
}

/** Output that the model received, without instructions that OpenCode appends to files read, which no page shows. */
export function shownOutput({ call, modelOutput }: ToolPart): string {
  if (call.kind !== "read" || call.content.type === "other" || modelOutput === "") return modelOutput
  // The first closing tag ends the content: its lines are numbered, and entries of a folder are names.
  const tag = /<(content|file|entries)>/.exec(modelOutput.slice(0, 10_000))?.[1]
  const end = tag === undefined ? -1 : modelOutput.indexOf(`\n</${tag}>`)
  if (tag !== undefined && end >= 0) return modelOutput.slice(0, end + tag.length + 4)
  return call.content.type === "file" ? call.content.text : call.content.entries.join("\n")
}

/** Metadata of a call, reduced to what pages show; undefined for an unfinished call without metadata. */
export function metadataRecord(part: ToolPart): JsonFields | undefined {
  const { status, output, modelOutput } = part
  // Pages show more of a long output than the model received.
  const more = status === "completed" && output !== modelOutput && part.tool === "bash"
  const metadata = { ...metadataOf(part.call, part.tool), ...(more && { truncated: true, output }) }
  return status === "completed" || Object.keys(metadata).length > 0 ? metadata : undefined
}

function metadataOf(call: ToolCall, tool: string): JsonFields {
  switch (call.kind) {
    case "bash":
      return definedFields({ exit: call.exit, truncated: call.truncated || undefined })
    case "read":
      return displayRecord(call)
    case "write":
      return definedFields({ exists: call.existed, diagnostics: diagnosticsRecord(call.diagnostics) })
    case "edit": {
      const { patch, additions, deletions } = call
      const filediff = definedFields({ additions, deletions })
      const result = definedFields({
        diff: patch || undefined,
        filediff: Object.keys(filediff).length > 0 ? filediff : undefined,
      })
      const diagnostics = definedFields({ diagnostics: diagnosticsRecord(call.diagnostics) })
      return tool === "multiedit" ? { results: [result], ...diagnostics } : { ...result, ...diagnostics }
    }
    case "apply_patch":
      return definedFields({
        files: call.files.length > 0 ? call.files.map(patchedFileRecord) : undefined,
        diagnostics: diagnosticsRecord(call.diagnostics),
      })
    case "search":
      return definedFields({ [call.by === "grep" ? "matches" : "count"]: call.count })
    case "task":
      return definedFields({ sessionId: call.sessionID, background: call.background || undefined })
    case "question":
      return { answers: call.questions.map(({ answers }) => answers) }
    default:
      return {}
  }
}

function displayRecord({ content }: ReadToolCall): JsonFields {
  if (content.type === "other") return {}
  if (content.type === "directory") return { display: { type: content.type, entries: content.entries } }
  const { type, text, firstLine, totalLines, truncated } = content
  return { display: definedFields({ type, text, lineStart: firstLine, totalLines, truncated }) }
}

const patchedFileRecord = ({ path, movedTo, change, patch, additions, deletions }: PatchedFile): Json =>
  definedFields({ filePath: path, movePath: movedTo, type: change, patch, additions, deletions })

const todoRecord = ({ content, status }: Todo): Json => ({ content, status })

// Values of DiagnosticSeverity in the Language Server Protocol 3.17; its lines count from 0.
const SEVERITIES = ["error", "warning", "information", "hint"]

function diagnosticsRecord(found: readonly Diagnostic[]): Json | undefined {
  if (found.length === 0) return undefined
  const byFile = Map.groupBy(found, ({ file }) => file)
  const complaint = ({ line, severity, message }: Diagnostic): Json =>
    definedFields({
      range: line === undefined ? undefined : { start: { line: line - 1 } },
      severity: SEVERITIES.indexOf(severity) + 1,
      message,
    })
  return Object.fromEntries([...byFile].map(([file, complaints]) => [file, complaints.map(complaint)]))
}

function numberIn(input: Json, name: string): number | undefined {
  const value = typeof input === "object" && input !== null && !Array.isArray(input) ? input[name] : undefined
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}
