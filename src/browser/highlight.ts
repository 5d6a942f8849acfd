import { textNodesOf } from "./text.ts"

/** Ranges that are marked at most, and characters that are looked through for them. */
const RANGES = 1_000
const CHARACTERS = 1_000_000

/** Marks words where they stand in items, without touching the page; nothing where browsers cannot. */
export function highlight(items: readonly HTMLElement[], words: readonly string[]): void {
  // Elements can have ids that look like what a browser lacks, never functions.
  if (typeof Highlight !== "function" || !CSS.highlights) return
  CSS.highlights.delete("found")
  if (items.length > 0) CSS.highlights.set("found", new Highlight(...rangesOf(items, words)))
}

function rangesOf(items: readonly HTMLElement[], words: readonly string[]): Range[] {
  const ranges: Range[] = []
  let read = 0
  for (const item of items) {
    for (const node of textNodesOf(item)) {
      const text = node.data.toLowerCase()
      read += text.length
      // In some languages the small letters are more than the large ones; such text stays unmarked.
      if (text.length !== node.length) continue
      for (const word of words)
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = document.createRange()
          range.setStart(node, at)
          range.setEnd(node, at + word.length)
          ranges.push(range)
          if (ranges.length === RANGES) return ranges
        }
    }
    if (read > CHARACTERS) break
  }
  return ranges
}
