import { textNodesOf } from "./text-nodes.ts"

/** Limits for one search: ranges marked, and characters searched. */
const MAX_RANGES = 1_000
const MAX_SEARCHED_CHARS = 1_000_000

/**
 * Marks the matches of a pattern with the CSS Custom Highlight API, also across elements (as in highlighted code),
 * without changing the DOM. Replaces the earlier marks of that name. Does nothing in browsers without the API.
 * @param pattern global; never matches the empty string
 */
export function markText(name: string, items: readonly HTMLElement[], pattern: RegExp): void {
  // An element's id can define a global of this name, but never a function.
  if (typeof Highlight !== "function" || !CSS.highlights) return
  CSS.highlights.delete(name)
  if (items.length > 0) CSS.highlights.set(name, new Highlight(...findRanges(items, pattern)))
}

function findRanges(items: readonly HTMLElement[], pattern: RegExp): Range[] {
  const ranges: Range[] = []
  let searchedChars = 0
  for (const item of items) {
    const nodes = [...textNodesOf(item)]
    const text = nodes.map(({ data }) => data).join("")
    // Current text node, and its offset in the item's text.
    let [i, start] = [0, 0]
    const locate = (position: number): [Text, number] => {
      while (start + nodes[i]!.length < position) start += nodes[i++]!.length
      return [nodes[i]!, position - start]
    }
    for (const { 0: found, index } of text.matchAll(pattern)) {
      const range = document.createRange()
      range.setStart(...locate(index))
      range.setEnd(...locate(index + found.length))
      ranges.push(range)
      if (ranges.length === MAX_RANGES) return ranges
    }
    searchedChars += text.length
    if (searchedChars > MAX_SEARCHED_CHARS) break
  }
  return ranges
}
