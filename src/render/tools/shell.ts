import type { ToolPart } from "../../session/model.ts"
import { definedFields, fields, optionalAmount, text } from "../../session/read-json.ts"
import { changesNothing, type Tool } from "./tool.ts"
import type { ToolBlock } from "./tool-block.ts"

interface ShellCall {
  command: string
  description: string
  /**
   * undefined: unknown (a shell command of the user, still running); null: ended without an exit status (timeout,
   * abort).
   */
  exit: number | null | undefined
  ending: "exited" | "timed-out" | "aborted" | "unknown"
  isTruncated: boolean
  /** Complete output, without what OpenCode appends for the model. */
  output: string
}

export const shell: Tool<ShellCall> = {
  names: ["bash", "shell"],
  category: "run",
  read(part) {
    const { command, description } = fields(part.input)
    if (typeof command !== "string") return undefined
    const { metadata, output } = part
    const exit = metadata["exit"] === null ? null : optionalInteger(metadata["exit"])
    return {
      command,
      description: text(description),
      exit,
      ending: endingOf(part, exit),
      isTruncated: metadata["truncated"] === true || output.startsWith("...output truncated..."),
      output: withoutNotes(completeOutput(part), exit),
    }
  },
  mark: ({ exit }) => (exit === 0 ? "passed" : undefined),
  failure({ exit, ending }, { status }) {
    if (ending === "timed-out") return "timed out"
    if (ending === "aborted") return "was stopped"
    if (exit) return `ended with exit ${exit}`
    return status === "error" ? "failed" : undefined
  },
  row({ command, exit, ending }, { status }) {
    const row = { verb: "Ran", object: command.trimStart().split("\n", 1)[0]! }
    const failed = { tone: "bad", node: "failed", open: true } as const
    if (ending === "timed-out") return { ...row, ...failed, outcome: "timed out" }
    if (ending === "aborted") return { ...row, ...failed, outcome: "stopped" }
    if (status !== "completed" || exit === undefined || exit === null) return row
    return exit === 0
      ? { ...row, outcome: "exit 0", tone: "ok", node: "passed" }
      : { ...row, ...failed, outcome: `exit ${exit}` }
  },
  blocks({ command, description, output, isTruncated }) {
    const blocks: ToolBlock[] = [{ type: "terminal", command, output }]
    if (description) blocks.unshift({ type: "caption", text: description })
    if (isTruncated) blocks.push({ type: "caption", text: "OpenCode kept only a part of this output." })
    return blocks
  },
  changes: changesNothing,
  published(call, part) {
    const complete = completeOutput(part)
    // Pages show more of a long output than the model received.
    const hasMore = part.status === "completed" && complete !== part.output
    return {
      input: definedFields({
        command: call.command,
        description: call.description || undefined,
        timeout: optionalAmount(fields(part.input)["timeout"]),
      }),
      metadata: definedFields({
        exit: call.exit,
        truncated: call.isTruncated || undefined,
        output: hasMore ? complete : undefined,
      }),
    }
  },
}

const optionalInteger = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? (value as number) : undefined

/** The model receives only the end of a long output; the metadata of OpenCode 1 has more of it. */
function completeOutput({ status, output, metadata }: ToolPart): string {
  if (status !== "completed") return ""
  const kept = text(metadata["output"])
  return metadata["truncated"] === true && kept.length > output.length ? kept : output
}

/** Notes to the model at the end of an output, which the row shows: a block in OpenCode 1, a sentence in OpenCode 2. */
function withoutNotes(output: string, exit: ShellCall["exit"]): string {
  const trimmed = output.trimEnd()
  const sentence = `Command exited with code ${exit}.`
  if (typeof exit === "number" && (trimmed.endsWith(`\n${sentence}`) || trimmed === sentence))
    return trimmed.slice(0, -sentence.length).trimEnd()
  if (!trimmed.endsWith("</shell_metadata>")) return output
  const start = output.lastIndexOf("<shell_metadata>")
  return start < 0 ? output : output.slice(0, start)
}

function endingOf(part: ToolPart, exit: ShellCall["exit"]): ShellCall["ending"] {
  const { status, output, error, errorType, metadata } = part
  // OpenCode 2 only; `status` is the one of the user's own commands.
  if (metadata["timeout"] === true || metadata["status"] === "timeout") return "timed-out"
  if (metadata["status"] === "killed") return "aborted"
  if (typeof exit === "number") return "exited"
  if (status === "error")
    return /\babort/i.test(error) || /^(?:aborted|tool\.interrupted)$/.test(errorType) ? "aborted" : "unknown"
  if (status !== "completed") return "unknown"
  // OpenCode 1 gives the reason only in a block after the output. The command can print such a block as well, so it
  // counts only without an exit status.
  const note = output.slice(Math.max(output.lastIndexOf("<shell_metadata>"), output.lastIndexOf("<bash_metadata>"), 0))
  if (!/^<(?:shell|bash)_metadata>/.test(note)) return "unknown"
  if (/\btimeout\b/.test(note)) return "timed-out"
  return /\babort/i.test(note) ? "aborted" : "unknown"
}
