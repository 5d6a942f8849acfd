/** An interval in time (milliseconds since 1970) or on the timeline (percent of its width). */
export interface TimelineMark {
  start: number
  /** At least `start`; equal for an instant. */
  end: number
  /** Number of merged marks. */
  count: number
  /** Text of the first of them, or "". */
  text: string
}

export const mark = (start: number, end: number, text = ""): TimelineMark => ({
  start,
  end: Math.max(start, end),
  count: 1,
  text,
})

/** Merges marks that overlap or are at most `gap` apart. Returns them sorted. */
export const mergeByGap = <M extends TimelineMark>(marks: readonly M[], gap: number): M[] =>
  mergeMarks(marks, (last, next) => next.start - last.end <= gap)

/** Merges marks that overlap or together span at most `length`. Returns them sorted. */
export const mergeByLength = <M extends TimelineMark>(marks: readonly M[], length: number): M[] =>
  mergeMarks(marks, (last, next) => next.start < last.end || next.end - last.start <= length)

/** Merges marks over longer and longer spans, starting at `length`, until at most `limit` are left. */
export function limitMarks<M extends TimelineMark>(marks: readonly M[], limit: number, length: number): M[] {
  let left = mergeByLength(marks, length)
  for (let longer = length * 2; left.length > limit; longer *= 2) left = mergeByLength(left, longer)
  return left
}

function mergeMarks<M extends TimelineMark>(marks: readonly M[], shouldMerge: (last: M, next: M) => boolean): M[] {
  const merged: M[] = []
  for (const next of marks.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (!last || !shouldMerge(last, next)) merged.push({ ...next })
    else {
      last.end = Math.max(last.end, next.end)
      last.count += next.count
    }
  }
  return merged
}
