import type { FilePart, ToolPart } from "../../session/model.ts"
import { ansiToHtml } from "../ansi/ansi.ts"
import { formatCount } from "../format.ts"
import { attachmentOf } from "../html/attachment.ts"
import { measureMarkup } from "../html/page-size.ts"
import { emptyHtml, markupOf, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import { textBytes } from "../html/text-bytes.ts"
import {
  COMMAND_LIMITS,
  clip,
  excerpt,
  joinTruncated,
  NOTHING_LIMITS,
  OUTPUT_LIMITS,
  PATCH_LIMITS,
  TERMINAL_LIMITS,
  type TruncatedText,
  type TruncationLimits,
  takeFitting,
  truncate,
  VALUE_LIMITS,
} from "../html/truncate.ts"
import { PROSE_LIMITS, type ProseLimits, SEARCH_LIMITS, TASK_LIMITS } from "../markdown/prose-limits.ts"
import { groupDiagnostics } from "../tools/diagnostics.ts"
import { shortenPath } from "../tools/paths.ts"
import type { PathContext } from "../tools/tool.ts"
import type { Diagnostic, DiffContent, ProseKind, ToolBlock } from "../tools/tool-block.ts"
import type { CutView, StepBlock } from "../view.ts"
import { attachmentView } from "./attachment-view.ts"

/** Limits of prose in a step, by its kind. */
export const PROSE_KINDS: Record<ProseKind, ProseLimits> = {
  task: TASK_LIMITS,
  search: SEARCH_LIMITS,
  answer: PROSE_LIMITS,
}

/** Limits of several patches, which share those of one. Once used up, no further patch is shown. */
export function patchLimits(files: readonly { patch: string }[]): TruncationLimits[] {
  if (files.length === 1) return [PATCH_LIMITS]
  let left = 1
  return files.map(({ patch }) => {
    if (left <= 0.02) return NOTHING_LIMITS
    const { lines, bytes } = PATCH_LIMITS
    const limits = { ...PATCH_LIMITS, lines: Math.floor(lines * left), bytes: Math.floor(bytes * left) }
    const { head, tail } = truncate(patch, limits)
    const shown = `${head}\n${tail}`
    left -= Math.max(shown.split("\n").length / lines, textBytes(shown) / bytes)
    return limits
  })
}

/** Files of a patch that are named. */
export const shownFiles = (files: readonly DiffContent[]): DiffContent[] =>
  takeFitting(files.slice(0, MAX_FILES), MAX_NAMES_BYTES, ({ label, note }) => clip(label, 300) + clip(note, 300))

export const cutView = ({ omitted, omittedLines, fullText }: TruncatedText): CutView | undefined =>
  omitted === "" ? undefined : { omitted, isLines: omittedLines > 0, file: fullText }

export function terminalBlocks(command: string, output: string): StepBlock[] {
  const shown = truncate(output, TERMINAL_LIMITS)
  const given = truncate(command, COMMAND_LIMITS)
  const block: StepBlock = {
    type: "terminal",
    command: joinTruncated(given),
    output: renderAnsi(shown.tail ? shown.head : trimNewlines(shown.head)),
    tail: shown.tail ? renderAnsi(trimNewlines(shown.tail)) : emptyHtml,
    cut: cutView(shown),
  }
  return given.fullText ? [block, { type: "link", target: given.fullText, label: "the whole command" }] : [block]
}

/** Elements of styled output at most; with more, it is shown without styles. */
const MAX_STYLED_ELEMENTS = 800

function renderAnsi(text: string): SafeHtml {
  const markup = ansiToHtml(text)
  if (measureMarkup(markupOf(markup)).elements <= MAX_STYLED_ELEMENTS) return markup
  return ansiToHtml(text.replace(/(?:\u001b\[|\u009b)[\d;:]*m/g, ""))
}

/** Trims newlines from the end. Not by a pattern, which would take quadratic time. */
function trimNewlines(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === "\n") end--
  return text.slice(0, end)
}

export function outputBlocks(text: string, tone: "bad" | "plain" = "plain"): StepBlock[] {
  if (text.trim() === "") return []
  const shown = truncate(text, OUTPUT_LIMITS)
  const blocks: StepBlock[] = [{ type: "text", text: joinTruncated(shown), tone }]
  return shown.fullText ? [...blocks, { type: "link", target: shown.fullText, label: "the whole text" }] : blocks
}

/** Limits of lists shown in a step; real sessions stay below them. */
const MAX_DIAGNOSTICS_BYTES = 5_000
export const MAX_ROWS_BYTES = 40_000
const MAX_NAMES_BYTES = 4_000
const MAX_FILES = 40

export function diagnosticBlocks(
  { diagnostics, paths }: Extract<ToolBlock, { type: "diagnostics" }>,
  context: PathContext,
): StepBlock[] {
  const { errors, notes, elsewhere } = groupDiagnostics(diagnostics, paths)
  // Errors come first: they share the limit with the others.
  const lines = takeFitting(
    [...errors, ...notes, ...elsewhere].slice(0, 50).map((one) => diagnosticLine(one, context)),
    MAX_DIAGNOSTICS_BYTES,
    (line) => line,
  )
  const group = (from: number, all: readonly Diagnostic[], tone: "bad" | "plain"): StepBlock[] => {
    const shown = lines.slice(from, from + all.length)
    const more = all.length - shown.length
    if (more > 0) shown.push(`and ${more} more`)
    return shown.length > 0 ? [{ type: "text", text: shown.join("\n"), tone }] : []
  }
  const others = group(errors.length + notes.length, elsewhere, "plain")
  return [
    ...group(0, errors, "bad"),
    ...group(errors.length, notes, "plain"),
    ...(others.length > 0 ? [{ type: "caption" as const, text: "In other files:" }, ...others] : []),
  ]
}

const diagnosticLine = ({ file, line, severity, message }: Diagnostic, context: PathContext): string =>
  `${severity}: ${clip(shortenPath(file, context), 300)}${line === undefined ? "" : `:${line}`}: ${clip(message, 500)}`

/** Attachments of a call, as many as a page lists. */
const shownAttachments = ({ attachments }: ToolPart): FilePart[] =>
  takeFitting(attachments.slice(0, MAX_FILES), MAX_NAMES_BYTES, attachmentText)

const attachmentText = ({ filename, mime, url }: FilePart): string =>
  `${clip(filename, 200)}${clip(mime, 100)}${/^data:/i.test(url) ? "" : (safeUrl(url) ?? "")}`

export function attachmentBlocks(part: ToolPart): StepBlock[] {
  if (part.attachments.length === 0) return []
  const shown = shownAttachments(part).map((file) => attachmentView(attachmentOf(file)))
  const more = part.attachments.length - shown.length
  const blocks: StepBlock[] = [{ type: "files", attachments: shown }]
  return more > 0
    ? [...blocks, { type: "caption", text: `and ${formatCount(more, "more file", "more files")}` }]
    : blocks
}

/** Flattens any value to rows of `name value`, nested names joined by dots. Bounded in depth, rows and length. */
export function fieldBlocks(value: unknown): StepBlock[] {
  const rows: { name: string; value: string }[] = []
  let left = 20_000
  const field = (name: string, text: string) => {
    const value = left <= 0 ? "…" : excerpt(text, VALUE_LIMITS)
    left -= value.length
    return { name, value }
  }
  const queue: { name: string; value: unknown; depth: number }[] = [{ name: "", value, depth: 0 }]
  while (queue.length > 0 && rows.length < 100) {
    const { name, value, depth } = queue.shift()!
    const isBranch = typeof value === "object" && value !== null && depth < 5
    const children = isBranch ? Object.entries(value).slice(0, 100) : []
    if (children.length > 0)
      queue.unshift(
        ...children.map(([key, child]) => ({
          name: clip(name ? `${name}.${key}` : key, 200),
          value: child,
          depth: depth + 1,
        })),
      )
    else if (name !== "") rows.push(field(name, typeof value === "string" ? value : fieldJson(value)))
    else if (typeof value !== "object") rows.push(field("value", String(value)))
  }
  const shown = takeFitting(rows, MAX_ROWS_BYTES, ({ name, value }) => name + value)
  return shown.length > 0 ? [{ type: "fields", rows: shown }] : []
}

/** JSON of a value; a note if it is nested too deeply for JSON.stringify. */
function fieldJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ""
  } catch {
    return "(nested too deeply to be shown)"
  }
}
