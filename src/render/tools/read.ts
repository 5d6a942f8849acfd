import type { JsonFields } from "../../session/model.ts"
import {
  definedFields,
  fields,
  optionalAmount,
  optionalText,
  texts,
  type UnknownFields,
} from "../../session/read-json.ts"
import { formatCount } from "../format.ts"
import { splitPath } from "./paths.ts"
import { changesNothing, failsAsCall, outputOf, type Tool, unmarked } from "./tool.ts"
import { outputBlock } from "./tool-block.ts"

interface ReadCall {
  path: string
  content:
    | { type: "file"; text: string; firstLine: number; totalLines: number | undefined; truncated: boolean }
    | { type: "directory"; entries: string[] }
    | { type: "other" }
}
type ReadContent = ReadCall["content"]

export const read: Tool<ReadCall> = {
  names: ["read"],
  category: "read",
  read(part) {
    const { filePath, path = filePath } = fields(part.input)
    if (typeof path !== "string") return undefined
    const { output, metadata, attachments } = part
    if (attachments.length > 0) return { path, content: { type: "other" } }
    return { path, content: fromMetadata(fields(metadata["display"])) ?? fromOutput(output) ?? { type: "other" } }
  },
  mark: unmarked,
  failure: failsAsCall,
  row({ path, content }, part, context) {
    const row = { verb: "Read", ...splitPath(path, context), node: "looked" as const }
    if (content.type === "file") return { ...row, outcome: describeLines(content) }
    if (content.type === "directory")
      return { ...row, outcome: formatCount(content.entries.length, "entry", "entries") }
    const isImage = part.attachments.some(({ mime }) => mime.startsWith("image/"))
    return part.status === "completed" && isImage ? { ...row, outcome: "image" } : row
  },
  blocks({ path, content }, part) {
    if (content.type === "file") return [{ type: "code", text: content.text, path, first: content.firstLine }]
    if (content.type === "directory") return outputBlock(content.entries.join("\n"))
    return part.attachments.length > 0 ? [{ type: "attachments" }] : outputBlock(outputOf(part))
  },
  changes: changesNothing,
  published(call, part) {
    const { offset, limit } = fields(part.input)
    const range = { offset: optionalAmount(offset), limit: optionalAmount(limit) }
    return {
      input: definedFields({ filePath: call.path, ...range }),
      metadata: displayRecord(call.content),
      output: publishedOutput(call.content, part.output),
    }
  },
}

function describeLines({ text, firstLine, totalLines }: Extract<ReadContent, { type: "file" }>): string {
  const lines = text === "" ? 0 : text.split("\n").length
  const all = totalLines ?? lines
  return lines < all ? `lines ${firstLine} to ${firstLine + lines - 1} of ${all}` : formatCount(lines, "line")
}

/** Content in the metadata of OpenCode 1. */
function fromMetadata(display: UnknownFields): ReadContent | undefined {
  const { type, text, entries, lineStart, totalLines, truncated } = display
  if (type === "directory" && Array.isArray(entries)) return { type, entries: texts(entries) }
  if (type !== "file" || typeof text !== "string") return undefined
  const firstLine = Number.isSafeInteger(lineStart) && (lineStart as number) > 0 ? (lineStart as number) : 1
  return { type, text, firstLine, totalLines: optionalAmount(totalLines), truncated: truncated === true }
}

/**
 * Parses the output: lines numbered `1: ` between `<content>` tags (once on the line of the first), in older versions
 * `00001| ` between `<file>`; in OpenCode 2 below a line `Read file …`.
 */
function fromOutput(output: string): ReadContent | undefined {
  const heading = /^Read file [^\n]*\n/.exec(output)?.[0]
  if (heading !== undefined) return numberedLines(output.slice(heading.length).split("\n"))
  const opening = /<(content|file|entries)>(?:\n|(?=\d+: ))/.exec(output.slice(0, 10_000))
  if (opening === null) return undefined
  const lines = output.slice(opening.index + opening[0].length).split("\n")
  return opening[1] === "entries" ? entryLines(lines) : numberedLines(lines)
}

function entryLines(lines: string[]): ReadContent {
  const end = lines.findIndex((line) => line === "" || line === "</entries>")
  return { type: "directory", entries: end < 0 ? lines : lines.slice(0, end) }
}

function numberedLines(lines: string[]): ReadContent | undefined {
  const numbered = /^ *(\d{1,9})(?:: |\| )(.*)$/s
  const found: string[] = []
  let firstLine = 1
  for (const line of lines) {
    const [, number, text] = numbered.exec(line) ?? []
    if (number === undefined || text === undefined) break
    if (found.length === 0) firstLine = Number(number)
    // Line numbers are consecutive: any other number does not belong to the content.
    if (Number(number) !== firstLine + found.length) return undefined
    found.push(text)
  }
  const rest = lines.slice(found.length, found.length + 3).join("\n")
  const total = /^\n\(End of file - total (\d{1,9}) lines\)/.exec(rest)?.[1]
  if (found.length === 0 && total !== "0") return undefined
  const shown = /^\n\((?:Showing|Output capped)[^\n]*? of (\d{1,9})\b/.exec(rest)?.[1]
  const lineCount = total ?? shown
  return {
    type: "file",
    text: found.join("\n"),
    firstLine: Math.max(firstLine, 1),
    totalLines: lineCount === undefined ? undefined : Number(lineCount),
    truncated: total === undefined,
  }
}

function displayRecord(content: ReadContent): JsonFields {
  if (content.type === "other") return {}
  if (content.type === "directory") return { display: { type: content.type, entries: content.entries } }
  const { type, text, firstLine, totalLines, truncated } = content
  return { display: definedFields({ type, text, lineStart: firstLine, totalLines, truncated }) }
}

/** Output without instructions that OpenCode appends to files read, which no page shows. */
function publishedOutput(content: ReadContent, output: string): string {
  if (content.type === "other" || output === "") return output
  // The first closing tag ends the content: its lines are numbered, and entries of a folder are names.
  const tag = optionalText(/<(content|file|entries)>/.exec(output.slice(0, 10_000))?.[1])
  const end = tag === undefined ? -1 : output.indexOf(`\n</${tag}>`)
  if (tag !== undefined && end >= 0) return output.slice(0, end + tag.length + 4)
  return content.type === "file" ? content.text : content.entries.join("\n")
}
