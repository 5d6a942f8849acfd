import type { Diagnostic, PatchedFile, ToolPart } from "../session/model.ts"
import { ansiToHtml } from "./ansi.ts"
import { attachmentOf, type StoredFile } from "./attachment.ts"
import { type Bounds, type Cut, cut, FILE, PATCH, TERMINAL } from "./cut.ts"
import { markWords, parsePatch, patchOf } from "./diff.ts"
import { type Budget, highlightLines, loadLanguages } from "./highlight.ts"
import { languageOf } from "./languages.ts"
import { emptyHtml, escapeText, html, type SafeHtml } from "./safe-html.ts"
import { attachmentView, type Block, type CutView, type DiffRow } from "./view.ts"

/** The long texts of a tool call and how much of each is shown; those that are cut are files of the share as well. */
export function textsOf(part: ToolPart): [text: string, bounds: Bounds][] {
  const { call } = part
  const texts: [string, Bounds][] = [
    [part.output, TERMINAL],
    [part.error, TERMINAL],
  ]
  if (call.kind === "bash") texts.push([call.command, FILE])
  if (call.kind === "read" && call.content.type === "file") texts.push([call.content.text, FILE])
  if (call.kind === "write") texts.push([call.content, FILE])
  if (call.kind === "edit") texts.push([call.patch, PATCH])
  if (call.kind === "apply_patch") for (const { patch } of call.files) texts.push([patch, PATCH])
  return texts
}

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

export function terminal(command: string, output: string): Block {
  const shown = cut(output.replace(/\n+$/, ""), TERMINAL)
  return {
    type: "terminal",
    command: cut(command, FILE).head,
    output: ansiToHtml(shown.head),
    tail: shown.tail ? ansiToHtml(shown.tail) : emptyHtml,
    cut: cutView(shown),
  }
}

export async function code(text: string, path: string, budget: Budget, first?: number): Promise<Block> {
  const shown = cut(text.replace(/\n$/, ""), FILE)
  const language = languageOf(path)
  if (language) await loadLanguages([language])
  return {
    type: "code",
    label: "",
    first,
    lines: highlightLines(shown.head, language, budget),
    cut: cutView(cut(text, FILE)),
  }
}

export async function diff(
  file: Pick<PatchedFile, "path" | "patch" | "additions" | "deletions">,
  note: string,
  budget: Budget,
): Promise<Block> {
  const { path, patch, additions, deletions } = file
  const shown = cut(patch, PATCH)
  const language = languageOf(path)
  if (language) await loadLanguages([language])
  const rows: DiffRow[] = []
  for (const hunk of parsePatch(shown.head).hunks) {
    if (rows.length > 0 || hunk.oldStart > 1)
      rows.push({ kind: "gap", old: undefined, new: undefined, content: escapeText(`line ${hunk.newStart}`) })
    const painted = highlightLines(hunk.rows.map(({ text }) => text).join("\n"), language, budget)
    const words = markWords(hunk.rows)
    for (const [i, row] of hunk.rows.entries()) {
      if (row.kind === "note") continue
      const word = words[i]
      const content = word ? marked(row.text, word) : (painted[i] ?? escapeText(row.text))
      rows.push({ kind: row.kind, old: row.old, new: row.new, content })
    }
  }
  return { type: "diff", path, note, additions, deletions, rows, cut: cutView(shown) }
}

const marked = (text: string, { from, to }: { from: number; to: number }): SafeHtml =>
  html`${text.slice(0, from)}<mark>${text.slice(from, to)}</mark>${text.slice(to)}`

/** A change that comes without a patch: one is made from what stood there before and after. */
export async function changed(
  path: string,
  before: string,
  after: string,
  note: string,
  budget: Budget,
): Promise<Block> {
  const patch = await patchOf(before, after)
  const lines = patch.split("\n")
  const countOf = (sign: string) =>
    lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length
  return diff({ path, patch, additions: countOf("+"), deletions: countOf("-") }, note, budget)
}

export function output(text: string, tone: "bad" | "plain" = "plain"): Block[] {
  if (text.trim() === "") return []
  const { head, tail, omitted, whole } = cut(text, TERMINAL)
  const gap = whole ? `\n… ${omitted} lines left out …\n` : ""
  const blocks: Block[] = [{ type: "text", text: head + gap + tail, tone }]
  return whole ? [...blocks, { type: "link", href: whole.path, label: "the whole text" }] : blocks
}

export function diagnostics(found: Diagnostic[]): Block[] {
  if (found.length === 0) return []
  const lines = found
    .slice(0, 50)
    .map(
      ({ file, line, severity, message }) => `${severity}: ${file}${line === undefined ? "" : `:${line}`}: ${message}`,
    )
  return [
    {
      type: "text",
      text: lines.join("\n"),
      tone: found.some(({ severity }) => severity === "error") ? "bad" : "plain",
    },
  ]
}

export const attachments = (part: ToolPart): Block[] =>
  part.attachments.length === 0
    ? []
    : [{ type: "files", attachments: part.attachments.map((file) => attachmentView(attachmentOf(file))) }]

/** A value of any shape as rows of `name value`, nested names joined by dots; bounded in depth, rows and length. */
export function fields(value: unknown): Block[] {
  const rows: { name: string; value: string }[] = []
  const waiting: { name: string; value: unknown; depth: number }[] = [{ name: "", value, depth: 0 }]
  while (waiting.length > 0 && rows.length < 100) {
    const { name, value, depth } = waiting.shift()!
    const isBranch = typeof value === "object" && value !== null && depth < 5
    const children = isBranch ? Object.entries(value).slice(0, 100) : []
    if (children.length > 0)
      waiting.unshift(
        ...children.map(([key, child]) => ({ name: name ? `${name}.${key}` : key, value: child, depth: depth + 1 })),
      )
    else if (name !== "")
      rows.push({ name, value: (typeof value === "string" ? value : inWords(value)).slice(0, 2_000) })
    else if (typeof value !== "object") rows.push({ name: "value", value: String(value).slice(0, 2_000) })
  }
  return rows.length > 0 ? [{ type: "fields", rows }] : []
}

/** JSON of a value that may be nested too deeply to be written. */
function inWords(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ""
  } catch {
    return "(nested too deeply to be shown)"
  }
}
