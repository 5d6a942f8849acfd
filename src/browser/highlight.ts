import { textNodesOf } from "./text.ts"

/** Ranges that are marked at most, and characters that are looked through for them. */
const RANGES = 1_000
const CHARACTERS = 1_000_000

/**
 * Marks what a pattern finds where it stands in items, also across elements (as coloured code has them), without touching
 * the page; nothing where browsers cannot. What was marked under that name before is not any more.
 *
 * @param pattern global; matches nothing empty
 */
export function highlight(name: string, items: readonly HTMLElement[], pattern: RegExp): void {
  // Elements can have ids that look like what a browser lacks, never functions.
  if (typeof Highlight !== "function" || !CSS.highlights) return
  CSS.highlights.delete(name)
  if (items.length > 0) CSS.highlights.set(name, new Highlight(...rangesOf(items, pattern)))
}

function rangesOf(items: readonly HTMLElement[], pattern: RegExp): Range[] {
  const ranges: Range[] = []
  let read = 0
  for (const item of items) {
    const nodes = [...textNodesOf(item)]
    const text = nodes.map(({ data }) => data).join("")
    // The node that is looked at, and where it begins in the text.
    let [i, start] = [0, 0]
    const to = (position: number): [Text, number] => {
      while (start + nodes[i]!.length < position) start += nodes[i++]!.length
      return [nodes[i]!, position - start]
    }
    for (const { 0: found, index } of text.matchAll(pattern)) {
      const range = document.createRange()
      range.setStart(...to(index))
      range.setEnd(...to(index + found.length))
      ranges.push(range)
      if (ranges.length === RANGES) return ranges
    }
    read += text.length
    if (read > CHARACTERS) break
  }
  return ranges
}
