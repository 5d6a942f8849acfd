import { formatCount } from "../format.ts"
import { textBytes } from "../html/text-bytes.ts"
import { isWithin, leaveOutMiddle, truncate } from "../html/truncate.ts"
import { isPathological } from "./pathological.ts"
import { type ProseBlock, splitBlocks } from "./prose-blocks.ts"
import type { ProseLimits } from "./prose-limits.ts"

/** A piece of a text in order: Markdown, text to be shown as written, or a place where something is left out. */
export type LimitedPiece = { type: "markdown" | "written"; text: string } | { type: "gap"; omitted: string }

/** A run of printable characters without a space is data beyond this length; a line is, whatever is in it. */
const MAX_WORD_CHARS = 4_000
const MAX_LINE_CHARS = 20_000

interface LimitedBlock {
  pieces: LimitedPiece[]
  /** Lines of the block in the text. */
  sourceLines: number
  /** Shown text. */
  lines: number
  bytes: number
}

/**
 * Limits a text to what a page shows of it, in whole blocks, so that everything keeps its form but the blocks that are
 * too long. `omittedChars`: characters left out of lines, where no gap says so.
 */
export function limitProse(text: string, limits: ProseLimits): { pieces: LimitedPiece[]; omittedChars: number } {
  if (isWithin(text, limits.block) && !isPathological(text))
    return { pieces: [{ type: "markdown", text }], omittedChars: 0 }
  const { text: shortened, omittedChars } = shortenLines(text)
  const blocks = splitBlocks(shortened).map((block) => limitBlock(block, limits))
  return { pieces: mergePieces(takeShown(blocks, limits)), omittedChars }
}

/** Leaves out the middle of words and lines that are too long. */
function shortenLines(text: string): { text: string; omittedChars: number } {
  let omittedChars = 0
  const shorten = (part: string, head: number, tail: number) => {
    const short = leaveOutMiddle(part, head, tail)
    omittedChars += short.omittedChars
    return short.text
  }
  if (text.length <= MAX_WORD_CHARS) return { text, omittedChars }
  const lines = text.split("\n").map((line) => {
    if (line.length <= MAX_WORD_CHARS) return line
    const words = line.replace(/[!-~]+/g, (word) => (word.length > MAX_WORD_CHARS ? shorten(word, 1_000, 300) : word))
    return words.length > MAX_LINE_CHARS ? shorten(words, 12_000, 4_000) : words
  })
  return { text: omittedChars === 0 ? text : lines.join("\n"), omittedChars }
}

function limitBlock(block: ProseBlock, { block: limits }: ProseLimits): LimitedBlock {
  const { text, lines, fence } = block
  const bytes = textBytes(text)
  const isOver = lines > limits.lines || bytes > limits.bytes
  if (!isOver && (fence || !isPathological(text)))
    return { pieces: [{ type: "markdown", text }], sourceLines: lines, lines, bytes }
  const { head, tail, omitted } = truncate(fence ? fence.content : text.trimEnd(), limits.shown)
  const part = (text: string): LimitedPiece[] => {
    if (text === "") return []
    return fence
      ? [{ type: "markdown", text: `${fence.opening}\n${text}\n${fence.closing}\n` }]
      : [{ type: "written", text }]
  }
  const gap: LimitedPiece[] = omitted === "" ? [] : [{ type: "gap", omitted }]
  return {
    pieces: [...part(head), ...gap, ...part(tail)],
    sourceLines: lines,
    lines: Math.min(lines, limits.shown.lines),
    bytes: textBytes(head) + textBytes(tail),
  }
}

/** All blocks, or the first and last ones with a gap between, if the text is too long. */
function takeShown(blocks: readonly LimitedBlock[], { lines, bytes, head, tail }: ProseLimits): LimitedPiece[] {
  const sum = (kind: "lines" | "bytes") => blocks.reduce((all, block) => all + block[kind], 0)
  if (sum("lines") <= lines && sum("bytes") <= bytes) return blocks.flatMap(({ pieces }) => pieces)
  const first = countFitting(blocks, head)
  const last = countFitting(blocks.slice(first).reverse(), tail)
  const omitted = blocks.slice(first, blocks.length - last)
  const omittedLines = omitted.reduce((all, { sourceLines }) => all + sourceLines, 0)
  return [
    ...blocks.slice(0, first).flatMap(({ pieces }) => pieces),
    ...(omittedLines > 0 ? [{ type: "gap" as const, omitted: formatCount(omittedLines, "line") }] : []),
    ...blocks.slice(blocks.length - last).flatMap(({ pieces }) => pieces),
  ]
}

function countFitting(blocks: readonly LimitedBlock[], { lines, bytes }: { lines: number; bytes: number }): number {
  let [linesLeft, bytesLeft] = [lines, bytes]
  const end = blocks.findIndex((block) => {
    linesLeft -= block.lines
    bytesLeft -= block.bytes
    return linesLeft < 0 || bytesLeft < 0
  })
  return end < 0 ? blocks.length : end
}

/** Joins neighbouring Markdown, which can belong together: items of a list, references and what defines them. */
function mergePieces(pieces: readonly LimitedPiece[]): LimitedPiece[] {
  const merged: LimitedPiece[] = []
  for (const piece of pieces) {
    const last = merged.at(-1)
    if (piece.type === "markdown" && last?.type === "markdown") last.text += piece.text
    else merged.push({ ...piece })
  }
  return merged
}
