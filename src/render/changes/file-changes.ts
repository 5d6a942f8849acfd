import type { FileDiff, Message } from "../../session/model.ts"
import { formerName, unquotePath } from "../diff/patch-notes.ts"
import { toolsOf } from "../message-text.ts"
import { shortenPath } from "../tools/paths.ts"
import { toolCallOf } from "../tools/registry.ts"
import type { FileChange } from "../tools/tool.ts"

/** Changes in a prompt's diffs. */
export const changesFromDiffs = (diffs: readonly FileDiff[]): FileChange[] =>
  diffs.map(({ file, patch, additions, deletions, status }) => {
    const from = status === "renamed" ? formerName(patch, unquotePath(file)) : undefined
    return { path: unquotePath(file), patch, additions, deletions, status, ...(from !== undefined && { from }) }
  })

/** Changes made by a message's calls; paths below `directory` are relative to it. */
export const changesFromCalls = (message: Message, directory: string): FileChange[] =>
  toolsOf(message).flatMap((part) =>
    toolCallOf(part)
      .changes()
      .map((change) => ({
        ...change,
        path: shortenPath(change.path, { directory }),
        ...(change.from !== undefined && { from: shortenPath(change.from, { directory }) }),
      })),
  )

/** Further files that changed while a message was written, by commands: the session has their names alone. */
export function changesOfSnapshot(message: Message, directory: string): FileChange[] {
  const known = new Set(changesFromCalls(message, directory).map(({ path }) => path))
  const files = message.parts.flatMap((part) => (part.type === "patch" ? part.files : []))
  return files.flatMap((file) => {
    const path = shortenPath(file, { directory })
    return known.has(path) ? [] : [{ path, patch: "", additions: 0, deletions: 0, status: "modified" }]
  })
}
