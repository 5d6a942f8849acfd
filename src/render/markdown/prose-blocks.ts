/** A block of Markdown at the top level, with the blank lines after it. */
export interface ProseBlock {
  /** Verbatim: all blocks together are the text. */
  text: string
  /** Number of lines, blank ones included. */
  lines: number
  /** Set for a fenced block. `closing` closes it even if the text does not. */
  fence: { opening: string; content: string; closing: string } | undefined
}

/**
 * Splits Markdown into blocks: fences (CommonMark 0.31, 4.5), and lines between blank ones. Linear. Blocks within lists
 * and quotations are not told apart.
 */
export function splitBlocks(text: string): ProseBlock[] {
  const blocks: ProseBlock[] = []
  let lines: string[] = []
  let open = ""
  let isEnded = false
  const flush = () => {
    if (lines.length > 0) blocks.push(blockOf(lines, open))
    lines = []
    open = ""
    isEnded = false
  }
  const all = text.split("\n")
  for (const [i, line] of all.entries()) {
    const isBlank = line.trim() === ""
    const [, run = "", rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    const isInFence = open !== "" && !isEnded
    if (isInFence) isEnded = run[0] === open[0] && run.length >= open.length && rest.trim() === ""
    else {
      const opens = run !== "" && !(run.startsWith("`") && rest.includes("`"))
      if (!isBlank && (isEnded || opens)) flush()
      if (opens) open = run
      else if (isBlank && lines.length > 0) isEnded = true
    }
    lines.push(i < all.length - 1 ? `${line}\n` : line)
  }
  flush()
  return blocks
}

function blockOf(lines: readonly string[], open: string): ProseBlock {
  const text = lines.join("")
  if (open === "") return { text, lines: lines.length, fence: undefined }
  const end = lines.findLastIndex((line) => line.trim() !== "")
  const isClosed = end > 0 && new RegExp(`^ {0,3}${open[0]}{${open.length},}\\s*$`).test(lines[end] as string)
  const content = lines.slice(1, isClosed ? end : lines.length).join("")
  return { text, lines: lines.length, fence: { opening: (lines[0] as string).trimEnd(), content, closing: open } }
}
