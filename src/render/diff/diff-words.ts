import type { PatchRow } from "./parse-patch.ts"

/** A range of a text in UTF-16 units; `to` is exclusive. */
export interface TextRange {
  from: number
  to: number
}

/** Deleted times added lines of a block up to which lines are paired by similarity; larger blocks pair in order. */
const MAX_LINE_PAIRS = 2_500
/** Word pairs of two lines up to which words are compared; beyond, the changed middle is one range. */
const MAX_WORD_PAIRS = 10_000
/** More changed ranges in a line become one: many small marks cannot be read. */
const MAX_RANGES = 3

/**
 * Changed ranges of each row, or undefined. Deleted lines and the added ones after them are paired by similarity, in
 * order; in each pair, words that the other line lacks are marked. Pairs with too little in common get no marks, since
 * all of the line has changed.
 */
export function findChangedWords(rows: readonly PatchRow[]): (TextRange[] | undefined)[] {
  const marks: (TextRange[] | undefined)[] = rows.map(() => undefined)
  // A note between the two sides (no newline at the end of the old file) does not separate them.
  const order = rows.flatMap(({ kind }, i) => (kind === "note" ? [] : [i]))
  const kindAt = (at: number) => rows[order[at] ?? -1]?.kind
  const countFrom = (start: number, kind: PatchRow["kind"]) => {
    let end = start
    while (kindAt(end) === kind) end++
    return end - start
  }
  for (let at = 0; at < order.length; ) {
    const deleted = countFrom(at, "del")
    const added = countFrom(at + deleted, "add")
    const del = order.slice(at, at + deleted)
    const add = order.slice(at + deleted, at + deleted + added)
    for (const [i, j] of pairLines(
      del.map((row) => rows[row]!.text.trim()),
      add.map((row) => rows[row]!.text.trim()),
    ))
      [marks[del[i]!], marks[add[j]!]] = changedWords(rows[del[i]!]!.text, rows[add[j]!]!.text)
    at += Math.max(1, deleted + added)
  }
  return marks
}

/** Pairs deleted with added lines, in order, for maximum total similarity. */
function pairLines(deleted: string[], added: string[]): [number, number][] {
  const [n, m] = [deleted.length, added.length]
  if (n === m || n * m > MAX_LINE_PAIRS) return Array.from({ length: Math.min(n, m) }, (_, i) => [i, i])
  // best[i][j]: total similarity of the best pairing of the first i and the first j lines.
  const best = Array.from({ length: n + 1 }, () => new Array<number>(m + 1).fill(0))
  const similarities = deleted.map((a) => added.map((b) => similarity(a, b)))
  for (let i = 1; i <= n; i++)
    for (let j = 1; j <= m; j++)
      best[i]![j] = Math.max(best[i - 1]![j]!, best[i]![j - 1]!, best[i - 1]![j - 1]! + similarities[i - 1]![j - 1]!)
  const found: [number, number][] = []
  for (let [i, j] = [n, m]; i > 0 && j > 0; )
    if (best[i]![j] === best[i - 1]![j]) i--
    else if (best[i]![j] === best[i]![j - 1]) j--
    else found.unshift([--i, --j])
  return found
}

/**
 * From 0 (nothing in common) to 1 (equal): share of the longer line in the common prefix and suffix. Below 0.5 counts
 * as 0.
 */
function similarity(a: string, b: string): number {
  const { head, tail } = commonEnds(a, b)
  const part = (head + tail) / Math.max(1, a.length, b.length)
  return part < 0.5 ? 0 : part
}

/** Lengths of the common prefix and, after it, the common suffix. */
function commonEnds<T>(a: ArrayLike<T>, b: ArrayLike<T>): { head: number; tail: number } {
  const shorter = Math.min(a.length, b.length)
  let head = 0
  while (head < shorter && a[head] === b[head]) head++
  let tail = 0
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return { head, tail }
}

const WORD = /[\p{L}\p{N}_]+|\s+|./gsu

function changedWords(before: string, after: string): [TextRange[] | undefined, TextRange[] | undefined] {
  const old = before.match(WORD) ?? []
  const next = after.match(WORD) ?? []
  const { head, tail } = commonEnds(old, next)
  const [a, b] = [old.slice(head, old.length - tail), next.slice(head, next.length - tail)]
  const kept =
    a.length * b.length > MAX_WORD_PAIRS
      ? { a: new Set<number>(), b: new Set<number>() }
      : longestCommonSubsequence(a, b)
  // White space does not count: equal indentation makes lines no more similar.
  const visibleBefore = visibleLength(old)
  if ((visibleBefore - visibleLength(a, kept.a)) * 3 < Math.min(visibleBefore, visibleLength(next)))
    return [undefined, undefined]
  const start = old.slice(0, head).join("").length
  return [changedRanges(a, kept.a, start), changedRanges(b, kept.b, start)]
}

/** Non-space characters of the words that are not kept. */
const visibleLength = (words: string[], kept?: Set<number>) =>
  words.reduce((sum, word, i) => sum + (kept?.has(i) ? 0 : word.trim().length), 0)

/** Longest common subsequence, as indexes of its words on both sides. */
function longestCommonSubsequence(a: string[], b: string[]): { a: Set<number>; b: Set<number> } {
  const length = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i]![j] = a[i] === b[j] ? length[i + 1]![j + 1]! + 1 : Math.max(length[i + 1]![j]!, length[i]![j + 1]!)
  const kept = { a: new Set<number>(), b: new Set<number>() }
  for (let [i, j] = [0, 0]; i < a.length && j < b.length; )
    if (a[i] === b[j]) {
      kept.a.add(i++)
      kept.b.add(j++)
    } else if (length[i + 1]![j]! >= length[i]![j + 1]!) i++
    else j++
  return kept
}

/** Ranges of the words that are not kept; gaps of at most two characters are merged. */
function changedRanges(words: string[], kept: Set<number>, start: number): TextRange[] | undefined {
  const found: TextRange[] = []
  let at = start
  for (const [i, word] of words.entries()) {
    const last = found.at(-1)
    if (!kept.has(i)) {
      if (last && at - last.to <= 2) last.to = at + word.length
      else found.push({ from: at, to: at + word.length })
    }
    at += word.length
  }
  if (found.length === 0) return undefined
  return found.length > MAX_RANGES ? [{ from: found[0]!.from, to: found.at(-1)!.to }] : found
}
