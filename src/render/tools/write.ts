import { definedFields, fields } from "../../session/read-json.ts"
import { newFilePatch } from "../diff/compose-patch.ts"
import { formatCount } from "../format.ts"
import { diagnosticsBlock, diagnosticsRecord, readDiagnostics } from "./diagnostics.ts"
import { splitPath } from "./paths.ts"
import { failsAsCall, type Tool } from "./tool.ts"
import type { Diagnostic } from "./tool-block.ts"

interface WriteCall {
  path: string
  content: string
  /** Whether there was such a file before, if known. */
  existed: boolean | undefined
  diagnostics: Diagnostic[]
}

export const write: Tool<WriteCall> = {
  names: ["write"],
  category: "edit",
  read({ input, metadata, output, status }) {
    const { filePath, path = filePath, content } = fields(input)
    if (typeof path !== "string" || typeof content !== "string") return undefined
    const { exists } = metadata
    const existed = typeof exists === "boolean" ? exists : status === "completed" ? toldBy(output) : undefined
    return { path, content, existed, diagnostics: readDiagnostics(metadata) }
  },
  mark: () => "changed",
  failure: failsAsCall,
  row({ path, content, existed }, { status }, context) {
    const isDone = status === "completed"
    return {
      verb: existed ? "Overwrote" : "Wrote",
      ...splitPath(path, context),
      ...(isDone && { outcome: describeLines(content) }),
      node: "changed",
      open: isDone,
    }
  },
  blocks: ({ path, content, diagnostics }) => [
    { type: "code", text: content, path, first: 1 },
    ...diagnosticsBlock(diagnostics, [path]),
  ],
  changes({ path, content, existed }) {
    const [patch, additions] = [newFilePatch(content), content === "" ? 0 : content.split("\n").length]
    const change = { path, patch, additions, deletions: 0 }
    return [existed === false ? { ...change, status: "added" } : { ...change, status: "modified", isOverwrite: true }]
  },
  published: ({ path, content, existed, diagnostics }) => ({
    input: { filePath: path, content },
    metadata: definedFields({ exists: existed, diagnostics: diagnosticsRecord(diagnostics) }),
  }),
}

/** OpenCode 2 says it only in a sentence for the model. */
function toldBy(output: string): boolean | undefined {
  const verb = /^(Created|Wrote) file successfully: /.exec(output)?.[1]
  return verb === undefined ? undefined : verb === "Wrote"
}

function describeLines(content: string): string {
  const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0)
  return content === "" ? "empty" : formatCount(lines, "line")
}
