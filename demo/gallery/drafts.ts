import { createPatch } from "diff"

/** A message of the gallery without ids and times. */
export interface Draft {
  info: Record<string, unknown>
  /** Parts in OpenCode's format without ids and times; `seconds` is the duration. */
  parts: unknown[]
  /** Pause before it, in seconds. */
  after: number
}

export const directory = "/home/dana/src/tides"
/** A path as tools receive it. */
export const at = (file: string): string => `${directory}/${file}`

/** A prompt, 30 s after the previous message. Strings become text parts. */
export const ask = (parts: unknown[], { after = 30, ...info }: { after?: number; [field: string]: unknown } = {}) =>
  draft("user", parts, after, info)

/** An assistant message. */
export const answer = (parts: unknown[], { after = 1, ...info }: { after?: number; [field: string]: unknown } = {}) =>
  draft("assistant", parts, after, info)

function draft(role: string, parts: unknown[], after: number, info: object): Draft {
  const allParts = parts.map((part) => (typeof part === "string" ? { type: "text", text: part, seconds: 1 } : part))
  return { info: { role, ...info }, parts: allParts, after }
}

export const think = (text: string, seconds = 4) => ({ type: "reasoning", text, seconds })

/** Text that OpenCode adds to a prompt for the model. */
export const added = (text: string) => ({ type: "text", text, synthetic: true })

interface Done {
  output?: string
  metadata?: object
  attachments?: object[]
  seconds?: number
}

/** A completed tool call. */
export const call = (
  tool: string,
  input: unknown,
  { output = "", metadata = {}, seconds = 0.2, ...more }: Done = {},
) => ({
  type: "tool",
  tool,
  seconds,
  state: { status: "completed", input, output, title: "", metadata: { truncated: false, ...metadata }, ...more },
})

/** A failed tool call. */
export const failed = (tool: string, input: unknown, error: string, seconds = 0.1) => ({
  type: "tool",
  tool,
  seconds,
  state: { status: "error", input, error },
})

/** A patch with OpenCode's header, and its added and deleted lines. */
export function patchOf(file: string, before: string, after: string) {
  const patch = createPatch(file, before, after, "", "", { context: 3 })
  const lines = patch.split("\n").slice(4)
  return {
    file,
    patch,
    additions: lines.filter((line) => line.startsWith("+")).length,
    deletions: lines.filter((line) => line.startsWith("-")).length,
  }
}

/** A file's diff as in a prompt's `summary.diffs`. */
export function fileDiff(file: string, before: string, after: string) {
  const status = before === "" ? "added" : after === "" ? "deleted" : "modified"
  return { ...patchOf(file, before, after), status }
}
