import type { Diagnostic, PatchedFile, ToolCall } from "./model.ts"
import { amount, fields, isFields, list, optionalAmount, optionalText, text, type UnknownFields } from "./read-json.ts"
import type { RawCall } from "./tool-call.ts"

type Edit = Extract<ToolCall, { kind: "edit" }>

export function writeCall({ input, metadata }: RawCall): ToolCall | undefined {
  const { filePath: path, content } = input
  if (typeof path !== "string" || typeof content !== "string") return undefined
  const exists = metadata["exists"]
  const existed = typeof exists === "boolean" ? exists : undefined
  return { kind: "write", path, content, existed, diagnostics: diagnostics(metadata) }
}

/** Parses `edit`, with one change, and `multiedit`, with a list of `edits` and a result for each. */
export function editCall({ tool, input, metadata }: RawCall): Edit | undefined {
  const { filePath: path, edits } = input
  if (typeof path !== "string") return undefined
  const changes = tool === "multiedit" ? list(edits).map(change) : [change(input)]
  if (changes.length === 0 || !changes.every((item) => item !== undefined)) return undefined
  // Patches of several results cannot be joined: each counts lines after the edit before it.
  const results = tool === "multiedit" ? list(metadata["results"]).map(fields) : [metadata]
  const only = results.length === 1 ? results[0]! : metadata
  return {
    kind: "edit",
    path,
    changes,
    patch: optionalText(only["diff"]) ?? text(fields(only["filediff"])["patch"]),
    additions: sum(results, "additions"),
    deletions: sum(results, "deletions"),
    diagnostics: diagnostics(isFields(metadata["diagnostics"]) ? metadata : fields(results.at(-1))),
  }
}

function change(value: unknown): Edit["changes"][number] | undefined {
  const { oldString, newString, replaceAll } = fields(value)
  if (typeof oldString !== "string" || typeof newString !== "string") return undefined
  return { before: oldString, after: newString, all: replaceAll === true }
}

function sum(results: UnknownFields[], name: "additions" | "deletions"): number | undefined {
  const amounts = results.map((result) => optionalAmount(fields(result["filediff"])[name]))
  if (amounts.length === 0 || amounts.includes(undefined)) return undefined
  return amounts.reduce((total: number, item) => total + (item ?? 0), 0)
}

/** Parses `apply_patch`. Until the call has ended, its files come from the patch text. */
export function patchCall({ input, metadata }: RawCall): ToolCall | undefined {
  const { patchText } = input
  if (typeof patchText !== "string") return undefined
  const reported = list(metadata["files"]).flatMap(patchedFile)
  const files = reported.length > 0 ? reported : namedFiles(patchText)
  return { kind: "apply_patch", files, patchText, diagnostics: diagnostics(metadata) }
}

const CHANGE_KINDS = ["add", "update", "delete", "move"] as const

function patchedFile(value: unknown): PatchedFile[] {
  const file = fields(value)
  const relativePath = optionalText(file["relativePath"])
  const path = optionalText(file["filePath"]) ?? relativePath
  const kind = CHANGE_KINDS.find((each) => each === file["type"])
  if (path === undefined || kind === undefined) return []
  return [
    {
      path,
      movedTo: kind === "move" ? (optionalText(file["movePath"]) ?? relativePath) : undefined,
      change: kind,
      patch: optionalText(file["patch"]) ?? text(file["diff"]),
      additions: amount(file["additions"]),
      deletions: amount(file["deletions"]),
    },
  ]
}

function namedFiles(patchText: string): PatchedFile[] {
  const files: PatchedFile[] = []
  for (const [, heading, path] of patchText.matchAll(/^\*\*\* (Add File|Update File|Delete File|Move to): (.+)$/gm)) {
    if (path === undefined) continue
    const last = files.at(-1)
    if (heading !== "Move to") {
      const change = heading === "Add File" ? "add" : heading === "Delete File" ? "delete" : "update"
      files.push({ path: path.trim(), movedTo: undefined, change, patch: "", additions: 0, deletions: 0 })
    } else if (last !== undefined) {
      last.change = "move"
      last.movedTo = path.trim()
    }
  }
  return files
}

// Values of DiagnosticSeverity in the Language Server Protocol 3.17; its lines count from 0.
const SEVERITIES = ["error", "warning", "information", "hint"] as const

/** Parses `diagnostics` of the metadata: messages of the language server by file. */
function diagnostics(metadata: UnknownFields): Diagnostic[] {
  return Object.entries(fields(metadata["diagnostics"])).flatMap(([file, complaints]) =>
    list(complaints)
      .filter(isFields)
      .filter((complaint) => typeof complaint["message"] === "string")
      .map((complaint) => {
        const line = optionalAmount(fields(fields(complaint["range"])["start"])["line"])
        return {
          file,
          line: line === undefined ? undefined : line + 1,
          severity: SEVERITIES[amount(complaint["severity"]) - 1] ?? "error",
          message: text(complaint["message"]),
        }
      }),
  )
}
