import type { FileDiff, Message, ToolPart } from "../../session/model.ts"
import { newPatch } from "../diff/compose-patch.ts"
import { shorten } from "../items/step-context.ts"

/** What happened to one file at one time. */
export interface FileChange {
  path: string
  /** A unified diff, or "" where the session holds none. */
  patch: string
  additions: number
  deletions: number
  status: FileDiff["status"]
  /** The file's name before, where it was moved. */
  from?: string
  /** `patch` holds all of the text that was written; what the file held before is not told. */
  anew?: boolean
}

/** What the diffs of a prompt say. */
export const changesOfDiffs = (diffs: readonly FileDiff[]): FileChange[] =>
  diffs.map(({ file, patch, additions, deletions, status }) => {
    const from = status === "renamed" ? formerName(patch, file) : undefined
    return { path: file, patch, additions, deletions, status, ...(from !== undefined && { from }) }
  })

/** What the calls of a message say that were carried out, of the tools that edit files. */
export const changesOfCalls = (message: Message, directory: string): FileChange[] =>
  message.parts.flatMap((part) =>
    part.type === "tool" && part.status === "completed" ? changesOfCall(part, directory) : [],
  )

function changesOfCall({ call }: ToolPart, directory: string): FileChange[] {
  const short = (path: string) => shorten(path, { directory })
  if (call.kind === "edit") {
    const { path, patch, additions, deletions } = call
    return [{ path: short(path), patch, additions: additions ?? 0, deletions: deletions ?? 0, status: "modified" }]
  }
  if (call.kind === "write") {
    const patch = newPatch(call.content)
    const isNew = call.existed === false
    const change = { path: short(call.path), patch, deletions: 0, ...(isNew ? {} : { anew: true }) }
    return [{ ...change, additions: call.content.split("\n").length, status: isNew ? "added" : "modified" }]
  }
  if (call.kind !== "apply_patch") return []
  return call.files.map(({ path, movedTo, change, patch, additions, deletions }) => {
    const isMove = change === "move" && movedTo !== undefined
    return {
      ...{ path: short(isMove ? movedTo : path), patch, additions, deletions },
      status: isMove ? "renamed" : change === "add" ? "added" : change === "delete" ? "deleted" : "modified",
      ...(isMove && { from: short(path) }),
    }
  })
}

/** The name before a move, if a diff in Git's form tells it in its header. */
function formerName(patch: string, file: string): string | undefined {
  const lines = patch.search(/^@@ /m)
  const header = patch.slice(0, lines < 0 ? 2_000 : lines)
  const name = /^rename from (.+)$/m.exec(header)?.[1] ?? /^--- (?:a\/)?([^\t\r\n]+)/m.exec(header)?.[1]
  return name === undefined || name === file || name === "/dev/null" ? undefined : name
}
