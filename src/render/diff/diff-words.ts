import type { DiffRow } from "./diff.ts"

/** A part of a text: from the first character to before the last, in UTF-16 units. */
export interface Range {
  from: number
  to: number
}

/** Changed lines are paired within blocks of so many deleted times added ones; larger blocks pair in order. */
const PAIRED = 2_500
/** Words of a line are compared one by one up to so many pairs of them; beyond, its changed middle is one range. */
const COMPARED = 10_000
/** More changed words in one line than this are one range: a line of confetti cannot be read. */
const RANGES = 3

/**
 * For each row the parts of it that changed, or undefined. Deleted lines and the added ones that follow them are
 * paired by likeness, in order; of each pair those words are marked that the other does not have. Pairs with too little in
 * common have no mark, because all of them has changed.
 */
export function markWords(rows: readonly DiffRow[]): (Range[] | undefined)[] {
  const marks: (Range[] | undefined)[] = rows.map(() => undefined)
  // A remark between the two sides (no newline at the end of the old file) does not part them.
  const order = rows.flatMap(({ kind }, i) => (kind === "note" ? [] : [i]))
  const kindAt = (at: number) => rows[order[at] ?? -1]?.kind
  const countFrom = (start: number, kind: DiffRow["kind"]) => {
    let end = start
    while (kindAt(end) === kind) end++
    return end - start
  }
  for (let at = 0; at < order.length; ) {
    const deleted = countFrom(at, "del")
    const added = countFrom(at + deleted, "add")
    const del = order.slice(at, at + deleted)
    const add = order.slice(at + deleted, at + deleted + added)
    for (const [i, j] of pairs(
      del.map((row) => rows[row]!.text.trim()),
      add.map((row) => rows[row]!.text.trim()),
    ))
      [marks[del[i]!], marks[add[j]!]] = changedWords(rows[del[i]!]!.text, rows[add[j]!]!.text)
    at += Math.max(1, deleted + added)
  }
  return marks
}

/** Which deleted line became which added one: in order, so that the pairs are as alike as can be. */
function pairs(deleted: string[], added: string[]): [number, number][] {
  const [n, m] = [deleted.length, added.length]
  if (n === m || n * m > PAIRED) return Array.from({ length: Math.min(n, m) }, (_, i) => [i, i])
  // best[i][j]: the likeness of the best pairs among the first i and the first j.
  const best = Array.from({ length: n + 1 }, () => new Array<number>(m + 1).fill(0))
  const alike = deleted.map((a) => added.map((b) => likeness(a, b)))
  for (let i = 1; i <= n; i++)
    for (let j = 1; j <= m; j++)
      best[i]![j] = Math.max(best[i - 1]![j]!, best[i]![j - 1]!, best[i - 1]![j - 1]! + alike[i - 1]![j - 1]!)
  const found: [number, number][] = []
  for (let [i, j] = [n, m]; i > 0 && j > 0; )
    if (best[i]![j] === best[i - 1]![j]) i--
    else if (best[i]![j] === best[i]![j - 1]) j--
    else found.unshift([--i, --j])
  return found
}

/** From 0 (nothing in common) to 1 (the same): how much of the longer line begins and ends both. Below a half is 0. */
function likeness(a: string, b: string): number {
  const { head, tail } = frame(a, b)
  const part = (head + tail) / Math.max(1, a.length, b.length)
  return part < 0.5 ? 0 : part
}

/** How much of two texts is the same at their beginning and, after that, at their end. */
function frame<T>(a: ArrayLike<T>, b: ArrayLike<T>): { head: number; tail: number } {
  const shorter = Math.min(a.length, b.length)
  let head = 0
  while (head < shorter && a[head] === b[head]) head++
  let tail = 0
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return { head, tail }
}

const word = /[\p{L}\p{N}_]+|\s+|./gsu

function changedWords(before: string, after: string): [Range[] | undefined, Range[] | undefined] {
  const old = before.match(word) ?? []
  const now = after.match(word) ?? []
  const { head, tail } = frame(old, now)
  const [a, b] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)]
  const kept = a.length * b.length > COMPARED ? { a: new Set<number>(), b: new Set<number>() } : common(a, b)
  // Space does not count: that two lines stand equally deep makes them no more alike.
  const ink = inkOf(old)
  if ((ink - inkOf(a, kept.a)) * 3 < Math.min(ink, inkOf(now))) return [undefined, undefined]
  const start = old.slice(0, head).join("").length
  return [ranges(a, kept.a, start), ranges(b, kept.b, start)]
}

/** How much there is to see of the words that are not kept. */
const inkOf = (words: string[], kept?: Set<number>) =>
  words.reduce((sum, word, i) => sum + (kept?.has(i) ? 0 : word.trim().length), 0)

/** The words of a longest common sequence, by their places on both sides. */
function common(a: string[], b: string[]): { a: Set<number>; b: Set<number> } {
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

/** The words that are not kept, as ranges of the line; what little stands between two of them belongs to both. */
function ranges(words: string[], kept: Set<number>, start: number): Range[] | undefined {
  const found: Range[] = []
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
  return found.length > RANGES ? [{ from: found[0]!.from, to: found.at(-1)!.to }] : found
}
