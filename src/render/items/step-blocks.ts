import type { Diagnostic, FilePart, PatchedFile, ToolPart } from "../../session/model.ts"
import { ansiToHtml } from "../ansi/ansi.ts"
import { formatCount } from "../format.ts"
import { attachmentOf, type StoredFile } from "../html/attachment.ts"
import {
  type Bounds,
  COMMAND,
  type Cut,
  clip,
  cut,
  FILE,
  fitting,
  NOTHING,
  OUTPUT,
  PATCH,
  PROSE,
  SEARCH,
  TASK,
  TERMINAL,
} from "../html/cut.ts"
import { emptyHtml, escapeText, markupOf, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import { coloured, outgrows, weighText } from "../html/weight.ts"
import type { CutView, StepBlock } from "../view.ts"
import { attachmentView } from "./attachment-view.ts"

/**
 * The long texts that a tool call shows, and how much of each; those that are cut are files of the share as well. A block
 * that cuts any other text would link to a file that is not there.
 */
export function textsOf(part: ToolPart): [text: string, bounds: Bounds][] {
  const failure: [string, Bounds][] = part.status === "error" ? [[part.error, OUTPUT]] : []
  return [...textsOfCall(part), ...failure]
}

function textsOfCall({ call, output }: ToolPart): [string, Bounds][] {
  switch (call.kind) {
    case "bash":
      return [
        [call.command, COMMAND],
        [printed(output), TERMINAL],
      ]
    case "read":
      if (call.content.type === "file") return [[call.content.text, FILE]]
      return [[call.content.type === "directory" ? entriesOf(call.content) : output, OUTPUT]]
    case "write":
      return [[call.content, FILE]]
    case "edit":
      return [[call.patch, PATCH]]
    case "apply_patch": {
      if (!hasPatches(call.files)) return [[call.patchText, OUTPUT]]
      const bounds = patchBounds(call.files)
      return call.files.map(({ patch }, i) => [patch, bounds[i]!])
    }
    case "task":
      return [
        [call.prompt, TASK],
        [call.result, PROSE],
      ]
    case "invalid":
      return [[call.reason, OUTPUT]]
    case "websearch":
      return [[output, SEARCH]]
    case "todowrite":
    case "question":
      return []
    default:
      return [[output, OUTPUT]]
  }
}

/** Whether the session says what the lines of a patch became; else the patch as the model wrote it is all there is. */
export const hasPatches = (files: readonly { patch: string }[]): boolean => files.some(({ patch }) => patch !== "")

/** What a command printed, without what OpenCode says of it at the end: the row says that. */
export function printed(output: string): string {
  if (!output.trimEnd().endsWith("</shell_metadata>")) return output
  const start = output.lastIndexOf("<shell_metadata>")
  return start < 0 ? output : output.slice(0, start)
}

export const entriesOf = ({ entries }: { entries: string[] }): string => entries.join("\n")

/** How much is shown of each of several patches: together as much as of one, and of what comes after that, nothing. */
export function patchBounds(files: readonly { patch: string }[]): Bounds[] {
  let left = 1
  return files.map(({ patch }) => {
    if (left <= 0.02) return NOTHING
    const { lines, bytes, elements } = PATCH
    const bounds = { ...PATCH, lines: lines * left, bytes: bytes * left, elements: elements * left }
    const shown = cut(patch, bounds).head
    const weight = coloured(weighText(shown, "patch"))
    left -= Math.max(shown.split("\n").length / lines, weight.bytes / bytes, weight.elements / elements)
    return bounds
  })
}

/** The files of a patch that are named. */
export const filesShown = (files: readonly PatchedFile[]): PatchedFile[] =>
  fitting(files.slice(0, MOST_FILES), NAMES_BYTES, ({ path, movedTo }) => clip(path, 300) + clip(movedTo ?? "", 300))

/** Every file that a tool call brings into the share: its attachments, and the whole of what is cut. */
export function* filesOfTool(part: ToolPart): Generator<StoredFile> {
  for (const attachment of part.attachments) {
    const { file } = attachmentOf(attachment)
    if (file) yield file
  }
  for (const [text, bounds] of textsOf(part)) {
    const { whole } = cut(text, bounds)
    if (whole) yield whole
  }
}

export const cutView = ({ omitted, whole }: Cut): CutView | undefined =>
  whole ? { lines: omitted, href: whole.path } : undefined

export function terminal(command: string, output: string): StepBlock[] {
  const shown = cut(output, TERMINAL)
  const given = cut(command, COMMAND)
  const block: StepBlock = {
    type: "terminal",
    command: given.head,
    output: styled(shown.tail ? shown.head : withoutEnd(shown.head)),
    tail: shown.tail ? styled(withoutEnd(shown.tail)) : emptyHtml,
    cut: cutView(shown),
  }
  return given.whole ? [block, { type: "link", href: given.whole.path, label: "the whole command" }] : [block]
}

/** A terminal's output, plain where its styles would take more of a page than its weight foretells. */
function styled(text: string): SafeHtml {
  const markup = ansiToHtml(text)
  return outgrows(markupOf(markup), weighText(text, "terminal"), 0) ? escapeText(text) : markup
}

/** Without the empty lines at its end. Not by a pattern: those look again from every line break. */
function withoutEnd(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === "\n") end--
  return text.slice(0, end)
}

export function output(text: string, tone: "bad" | "plain" = "plain"): StepBlock[] {
  if (text.trim() === "") return []
  const { head, tail, omitted, whole } = cut(text, OUTPUT)
  const gap = whole ? `\n… ${formatCount(omitted, "line")} left out …\n` : ""
  const blocks: StepBlock[] = [{ type: "text", text: head + gap + tail, tone }]
  return whole ? [...blocks, { type: "link", href: whole.path, label: "the whole text" }] : blocks
}

/** What is shown row by row takes no more than this of a page; more than real sessions need. */
export const DIAGNOSTICS_BYTES = 5_000
export const ROWS_BYTES = 40_000
const NAMES_BYTES = 4_000
const MOST_FILES = 40

/** @param shorten a path as it is shown: from the session's folder */
export function diagnostics(found: Diagnostic[], shorten: (path: string) => string): StepBlock[] {
  if (found.length === 0) return []
  const all = found
    .slice(0, 50)
    .map(
      ({ file, line, severity, message }) =>
        `${severity}: ${clip(shorten(file), 300)}${line === undefined ? "" : `:${line}`}: ${clip(message, 500)}`,
    )
  const lines = fitting(all, DIAGNOSTICS_BYTES, (line) => line)
  if (lines.length < found.length) lines.push(`and ${found.length - lines.length} more`)
  return [
    {
      type: "text",
      text: lines.join("\n"),
      tone: found.some(({ severity }) => severity === "error") ? "bad" : "plain",
    },
  ]
}

/** The files that a call brought back, as far as a page lists them. */
export const attachmentsShown = ({ attachments }: ToolPart): FilePart[] =>
  fitting(attachments.slice(0, MOST_FILES), NAMES_BYTES, namesOf)

const namesOf = ({ filename, mime, url }: FilePart): string =>
  `${clip(filename, 200)}${clip(mime, 100)}${/^data:/i.test(url) ? "" : (safeUrl(url) ?? "")}`

export function attachments(part: ToolPart): StepBlock[] {
  if (part.attachments.length === 0) return []
  const shown = attachmentsShown(part).map((file) => attachmentView(attachmentOf(file)))
  const more = part.attachments.length - shown.length
  const blocks: StepBlock[] = [{ type: "files", attachments: shown }]
  return more > 0
    ? [...blocks, { type: "caption", text: `and ${formatCount(more, "more file", "more files")}` }]
    : blocks
}

/** A value of any shape as rows of `name value`, nested names joined by dots; bounded in depth, rows and length. */
export function fields(value: unknown): StepBlock[] {
  const rows: { name: string; value: string }[] = []
  let left = 20_000
  const field = (name: string, text: string) => {
    const value = clip(text, Math.max(0, Math.min(2_000, left)))
    left -= value.length
    return { name, value }
  }
  const waiting: { name: string; value: unknown; depth: number }[] = [{ name: "", value, depth: 0 }]
  while (waiting.length > 0 && rows.length < 100) {
    const { name, value, depth } = waiting.shift()!
    const isBranch = typeof value === "object" && value !== null && depth < 5
    const children = isBranch ? Object.entries(value).slice(0, 100) : []
    if (children.length > 0)
      waiting.unshift(
        ...children.map(([key, child]) => ({
          name: clip(name ? `${name}.${key}` : key, 200),
          value: child,
          depth: depth + 1,
        })),
      )
    else if (name !== "") rows.push(field(name, typeof value === "string" ? value : inWords(value)))
    else if (typeof value !== "object") rows.push(field("value", String(value)))
  }
  const shown = fitting(rows, ROWS_BYTES, ({ name, value }) => name + value)
  return shown.length > 0 ? [{ type: "fields", rows: shown }] : []
}

/** JSON of a value that may be nested too deeply to be written. */
function inWords(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ""
  } catch {
    return "(nested too deeply to be shown)"
  }
}
