import type { ToolPart } from "../../session/model.ts"
import { headerNote, spaceNote } from "../diff/patch-notes.ts"
import {
  COMMAND_LIMITS,
  clip,
  excerpt,
  FILE_LIMITS,
  PATCH_LIMITS,
  TERMINAL_LIMITS,
  type TruncationLimits,
} from "../html/truncate.ts"
import { boundedJson, shortJson } from "../message-text.ts"
import { toolCallOf } from "../tools/registry.ts"
import type { DiffContent, Question, Todo, ToolBlock } from "../tools/tool-block.ts"
import { codeSpan, collapseSpace, escapeInline, fencedBlock, withoutAnsi } from "./escape-markdown.ts"

/** A tool call in `session.md`: a heading, its input and its output. */
export function toolMarkdown(part: ToolPart): string[] {
  const call = toolCallOf(part)
  const context = { directory: "" }
  const { verb, folder = "", object = "", mono = true, outcome, lines } = call.row(context)
  const target = clip(folder + object, 700)
  const name = mono ? codeSpan(target) : escapeInline(target)
  const end = outcome ?? (lines ? `+${lines.additions} −${lines.deletions}` : (call.failure() ?? ENDS[part.status]))
  // The user's own steps stand beside prompts, not in an answer.
  const heading = `${part.isByUser ? "##" : "###"} ${[verb, name].filter(Boolean).join(" ")}${end && ` (${escapeInline(end)})`}`
  const isFailed = part.status === "error" && part.error !== "" && call.category !== "denied"
  const error = isFailed ? ["Error:", truncatedFence(part.error, "text", TERMINAL_LIMITS)] : []
  return [heading, ...call.blocks(context).flatMap((block) => blockMarkdown(block, part)), ...error]
}

const ENDS: Record<ToolPart["status"], string> = {
  pending: "waiting",
  running: "still running",
  completed: "",
  error: "failed",
}

function blockMarkdown(block: ToolBlock, part: ToolPart): string[] {
  switch (block.type) {
    case "caption":
      return [`*${escapeInline(block.text)}*`]
    case "output":
      return [truncatedFence(block.text, "text", TERMINAL_LIMITS)]
    case "terminal": {
      const output = withoutAnsi(block.output)
      return [
        truncatedFence(block.command, "sh", COMMAND_LIMITS),
        ...(output.trim() === "" ? [] : [truncatedFence(output, "text", TERMINAL_LIMITS)]),
      ]
    }
    case "code":
      return [
        truncatedFence(block.text, /\.([a-z0-9]{1,10})$/i.exec(block.path)?.[1]?.toLowerCase() ?? "text", FILE_LIMITS),
      ]
    case "diffs":
      return block.files.flatMap(diffMarkdown)
    case "replacements":
      return block.changes.map(({ before, after }) =>
        truncatedFence(`${before.replace(/^/gm, "-")}\n${after.replace(/^/gm, "+")}`, "diff", PATCH_LIMITS),
      )
    case "prose":
      return [
        `${block.name[0]!.toUpperCase()}${block.name.slice(1)}:`,
        truncatedFence(block.text, "markdown", TERMINAL_LIMITS),
      ]
    case "todos":
      return [block.todos.map(todoMarkdown).join("\n")]
    case "questions":
      return block.questions.map((question) => questionMarkdown(question, block.isDismissed))
    case "calls":
      return [
        block.calls
          .map(
            ({ tool, status, input }) =>
              `- ${codeSpan(tool)} (${escapeInline(status)})${input === undefined ? "" : ` ${codeSpan(clip(shortJson(input), 400))}`}`,
          )
          .join("\n"),
      ]
    case "fields":
      return isEmpty(block.value) ? [] : [fencedBlock(boundedJson(block.value), "json")]
    case "diagnostics":
      return [
        block.diagnostics
          .map(
            ({ severity, file, line, message }) =>
              `- ${severity}: ${codeSpan(line === undefined ? file : `${file}:${line}`)} ${escapeInline(message)}`,
          )
          .join("\n"),
      ]
    case "attachments":
      return part.attachments.map(({ filename, mime }) => `*Attached: ${escapeInline(filename || mime)}*`)
    case "subagent":
      return [`Session of the subagent: ${codeSpan(block.sessionID)}`]
    case "address":
      return []
  }
}

function diffMarkdown({ label, note, patch }: DiffContent): string[] {
  const notes = [note, headerNote(patch), spaceNote(patch)].filter(Boolean).join(", ")
  const name = [label && codeSpan(label), notes && `(${escapeInline(notes)})`].filter(Boolean).join(" ")
  return [...(name ? [name] : []), ...(patch ? [truncatedFence(patch, "diff", PATCH_LIMITS)] : [])]
}

const MARKS: Record<string, [mark: string, note: string]> = {
  completed: ["x", ""],
  pending: [" ", ""],
  in_progress: [" ", " (in progress)"],
  cancelled: [" ", " (dropped)"],
}

function todoMarkdown({ content, status }: Todo): string {
  const [mark, note] = Object.hasOwn(MARKS, status) ? MARKS[status]! : [" ", status && ` (${escapeInline(status)})`]
  const text = escapeInline(content)
  return `- [${mark}] ${status === "cancelled" ? `~~${text}~~` : text}${note}`
}

function questionMarkdown({ question, options, answers }: Question, isDismissed: boolean): string {
  const labels = new Set(options.map(({ label }) => label))
  const lines = options.map(({ label, description }) => {
    const text = [label, description].map(escapeInline).filter(Boolean).join(": ")
    return `- [${answers.includes(label) ? "x" : " "}] ${text}`
  })
  const own = answers.filter((answer) => !labels.has(answer)).map((answer) => `- [x] ${escapeInline(answer)}`)
  const end = isDismissed ? ["Dismissed."] : answers.length === 0 ? ["No answer."] : []
  return [escapeInline(question), [...lines, ...own].join("\n"), ...end].filter(Boolean).join("\n\n")
}

const isEmpty = (value: unknown): boolean =>
  typeof value === "object" && value !== null && Object.keys(value).length === 0

/** Documents have no files beside them: lines keep more of their middle than on pages. */
const LINE_CHARS = 16_000

/** A fenced block of a text, with a note in place of what is left out. */
const truncatedFence = (text: string, language: string, limits: TruncationLimits): string =>
  fencedBlock(excerpt(text, { ...limits, lineChars: LINE_CHARS }), collapseSpace(language))
