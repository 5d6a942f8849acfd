import { formatCount } from "../format.ts"

/** Longer texts lose their middle: the end of an output says most. */
const HEAD = { lines: 50, chars: 7_000 }
const TAIL = { lines: 110, chars: 17_000 }

/** The beginning and the end of a text, and between them a line on what is left out. Lines are kept whole if they fit. */
export function cutMiddle(text: string): string {
  const body = text.endsWith("\n") ? text.slice(0, -1) : text
  if (body.length <= HEAD.chars + TAIL.chars && countLines(body) <= HEAD.lines + TAIL.lines) return body
  const headEnd = endOfHead(body)
  const tailStart = Math.max(headEnd, startOfTail(body))
  const omitted = body.slice(headEnd, tailStart).trim()
  if (omitted === "") return body
  const note = omitted.includes("\n")
    ? `${formatCount(countLines(omitted), "line")} left out`
    : `${formatCount(omitted.length, "character")} left out`
  return `${body.slice(0, headEnd).toWellFormed()}\n… ${note} …\n${body.slice(tailStart).toWellFormed()}`
}

function countLines(text: string): number {
  let lines = 1
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

function endOfHead(text: string): number {
  let end = 0
  for (let lines = 0; lines < HEAD.lines; lines++) {
    const next = text.indexOf("\n", end + 1)
    if (next < 0 || next > HEAD.chars) break
    end = next
  }
  return end === 0 ? Math.min(text.length, HEAD.chars) : end
}

function startOfTail(text: string): number {
  let start = text.length
  for (let lines = 0; lines < TAIL.lines; lines++) {
    const before = text.lastIndexOf("\n", start - 2)
    if (before < 0 || text.length - before > TAIL.chars) break
    start = before + 1
  }
  return start === text.length ? Math.max(0, text.length - TAIL.chars) : start
}
