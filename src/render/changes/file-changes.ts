import type { FileDiff, Message, ToolPart } from "../../session/model.ts"
import { newFilePatch } from "../diff/compose-patch.ts"
import { shortenPath } from "../items/step-context.ts"

/** One change of one file. */
export interface FileChange {
  path: string
  /** Unified diff, or "" if the session has none. */
  patch: string
  additions: number
  deletions: number
  status: FileDiff["status"]
  /** The file's former name, if it was moved. */
  from?: string
  /** `patch` holds the full new text; the previous content is unknown. */
  isOverwrite?: boolean
}

/** Changes in a prompt's diffs. */
export const changesFromDiffs = (diffs: readonly FileDiff[]): FileChange[] =>
  diffs.map(({ file, patch, additions, deletions, status }) => {
    const from = status === "renamed" ? formerName(patch, file) : undefined
    return { path: file, patch, additions, deletions, status, ...(from !== undefined && { from }) }
  })

/** Changes made by a message's completed calls of editing tools. */
export const changesFromCalls = (message: Message, directory: string): FileChange[] =>
  message.parts.flatMap((part) =>
    part.type === "tool" && part.status === "completed" ? changesFromCall(part, directory) : [],
  )

function changesFromCall({ call }: ToolPart, directory: string): FileChange[] {
  const short = (path: string) => shortenPath(path, { directory })
  if (call.kind === "edit") {
    const { path, patch, additions, deletions } = call
    return [{ path: short(path), patch, additions: additions ?? 0, deletions: deletions ?? 0, status: "modified" }]
  }
  if (call.kind === "write") {
    const patch = newFilePatch(call.content)
    const isNew = call.existed === false
    const change = { path: short(call.path), patch, deletions: 0, ...(isNew ? {} : { isOverwrite: true }) }
    return [{ ...change, additions: call.content.split("\n").length, status: isNew ? "added" : "modified" }]
  }
  if (call.kind !== "apply_patch") return []
  return call.files.map(({ path, movedTo, change, patch, additions, deletions }) => {
    const isMove = change === "move" && movedTo !== undefined
    return {
      path: short(isMove ? movedTo : path),
      patch,
      additions,
      deletions,
      status: isMove ? "renamed" : change === "add" ? "added" : change === "delete" ? "deleted" : "modified",
      ...(isMove && { from: short(path) }),
    }
  })
}

/** The name before a move, if the header of a Git diff has it. */
function formerName(patch: string, file: string): string | undefined {
  const lines = patch.search(/^@@ /m)
  const header = patch.slice(0, lines < 0 ? 2_000 : lines)
  const name = /^rename from (.+)$/m.exec(header)?.[1] ?? /^--- (?:a\/)?([^\t\r\n]+)/m.exec(header)?.[1]
  return name === undefined || name === file || name === "/dev/null" ? undefined : name
}
