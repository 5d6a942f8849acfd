import type { ReadToolCall } from "./model.ts"
import { fields, optionalAmount, texts, type UnknownFields } from "./read-json.ts"
import type { RawCall } from "./tool-call.ts"

/** Parses `read` of a file or directory. The content is in the metadata; in older sessions only in the output. */
export function readCall({ input, output, metadata, attached }: RawCall): ReadToolCall | undefined {
  const { filePath: path } = input
  if (typeof path !== "string") return undefined
  const content = attached ? undefined : (contentFromMetadata(fields(metadata["display"])) ?? contentFromOutput(output))
  return { kind: "read", path, content: content ?? { type: "other" } }
}

function contentFromMetadata(display: UnknownFields): ReadToolCall["content"] | undefined {
  const { type, text, entries } = display
  if (type === "file" && typeof text === "string") {
    return {
      type: "file",
      text,
      firstLine: lineNumber(display["lineStart"]) ?? 1,
      totalLines: optionalAmount(display["totalLines"]),
      truncated: display["truncated"] === true,
    }
  }
  if (type === "directory" && Array.isArray(entries)) return { type: "directory", entries: texts(entries) }
  return undefined
}

function lineNumber(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : undefined
}

/**
 * Parses the output: lines numbered `1: ` between `<content>` tags (once on the line of the first), in older versions
 * `00001| ` between `<file>`.
 */
function contentFromOutput(output: string): ReadToolCall["content"] | undefined {
  const opening = /<(content|file|entries)>(?:\n|(?=\d+: ))/.exec(output.slice(0, 10_000))
  if (opening === null) return undefined
  const lines = output.slice(opening.index + opening[0].length).split("\n")
  return opening[1] === "entries" ? entryLines(lines) : numberedLines(lines)
}

function entryLines(lines: string[]): ReadToolCall["content"] {
  const end = lines.findIndex((line) => line === "" || line === "</entries>")
  return { type: "directory", entries: end < 0 ? lines : lines.slice(0, end) }
}

/** Parses lines numbered from any number on, up to the first that is not. */
export function numberedLines(lines: string[]): ReadToolCall["content"] | undefined {
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
