import { definedFields, fields, isFields, list, optionalAmount, optionalText, text } from "../../session/read-json.ts"
import { diagnosticsBlock, diagnosticsRecord, readDiagnostics } from "./diagnostics.ts"
import { shortenPath, splitPath } from "./paths.ts"
import { failsAsCall, type Tool } from "./tool.ts"
import type { Diagnostic } from "./tool-block.ts"

interface EditCall {
  path: string
  changes: { before: string; after: string; all: boolean }[]
  /** A unified diff; "" if the session has none, then only `changes` is available. */
  patch: string
  additions: number | undefined
  deletions: number | undefined
  diagnostics: Diagnostic[]
}

/** Tools `edit`, with one change, and `multiedit`, with a list of `edits` and a result for each. */
export const edit: Tool<EditCall> = {
  names: ["edit", "multiedit"],
  category: "edit",
  read({ tool, input, metadata }) {
    const { filePath, path = filePath, edits } = fields(input)
    if (typeof path !== "string") return undefined
    const changes = tool === "multiedit" ? list(edits).map(changeOf) : [changeOf(input)]
    if (changes.length === 0 || !changes.every((item) => item !== undefined)) return undefined
    // Patches of several results cannot be joined: each counts lines after the edit before it.
    const results = resultsOf(tool, metadata)
    const only = results.length === 1 ? results[0]! : fields(metadata)
    return {
      path,
      changes,
      patch: optionalText(only["diff"]) ?? text(diffOf(only)["patch"]),
      additions: sum(results, "additions"),
      deletions: sum(results, "deletions"),
      diagnostics: readDiagnostics(isFields(metadata["diagnostics"]) ? metadata : results.at(-1)),
    }
  },
  mark: () => "changed",
  failure: failsAsCall,
  row({ path, patch, additions = 0, deletions = 0 }, { status }, context) {
    const isDone = status === "completed"
    return {
      verb: "Edited",
      ...splitPath(path, context),
      ...(isDone && patch && { lines: { additions, deletions } }),
      node: "changed",
      open: isDone,
    }
  },
  blocks({ path, patch, changes, additions = 0, deletions = 0, diagnostics }, { status }, context) {
    const note = status === "error" ? "not applied" : ""
    const diff = { label: "", path, note, patch, additions, deletions }
    return [
      patch
        ? { type: "diffs", files: [diff] }
        : { type: "replacements", path: shortenPath(path, context), note, changes },
      ...diagnosticsBlock(diagnostics, [path]),
    ]
  },
  changes: ({ path, patch, additions = 0, deletions = 0 }) => [
    { path, patch, additions, deletions, status: "modified" },
  ],
  published(call, { tool }) {
    const { path, changes, patch, additions, deletions, diagnostics } = call
    const edits = changes.map(({ before, after, all }) =>
      definedFields({ oldString: before, newString: after, replaceAll: all || undefined }),
    )
    const counts = definedFields({ additions, deletions })
    const result = definedFields({
      diff: patch || undefined,
      filediff: Object.keys(counts).length > 0 ? counts : undefined,
    })
    const found = definedFields({ diagnostics: diagnosticsRecord(diagnostics) })
    return tool === "multiedit"
      ? { input: { filePath: path, edits }, metadata: { results: [result], ...found } }
      : { input: { filePath: path, ...edits[0] }, metadata: { ...result, ...found } }
  },
}

function changeOf(value: unknown): EditCall["changes"][number] | undefined {
  const { oldString, newString, replaceAll } = fields(value)
  if (typeof oldString !== "string" || typeof newString !== "string") return undefined
  return { before: oldString, after: newString, all: replaceAll === true }
}

/** Results with a diff: those of each edit in `multiedit`, the files of OpenCode 2, or the metadata itself. */
function resultsOf(tool: string, metadata: unknown) {
  const { results, files } = fields(metadata)
  if (tool === "multiedit") return list(results).map(fields)
  return Array.isArray(files) && files.length > 0 ? files.map(fields) : [fields(metadata)]
}

/** The object with the diff and its numbers of lines: `filediff` in OpenCode 1, the result itself in OpenCode 2. */
const diffOf = (result: ReturnType<typeof fields>) => (isFields(result["filediff"]) ? result["filediff"] : result)

function sum(results: ReturnType<typeof fields>[], name: "additions" | "deletions"): number | undefined {
  const amounts = results.map((result) => optionalAmount(fields(diffOf(result))[name]))
  if (amounts.length === 0 || amounts.includes(undefined)) return undefined
  return amounts.reduce((total: number, item) => total + (item ?? 0), 0)
}
