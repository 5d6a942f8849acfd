/** Something on a line: of a session (in milliseconds since 1970), or of a strip (in percent of its width). */
export interface Mark {
  start: number
  /** Not before `start`; the same for what took no time. */
  end: number
  /** How many have become one. */
  count: number
  /** Of the first of them; "" where nothing is to be said. */
  text: string
}

/** A mark from one point to another. */
export const mark = (start: number, end: number, text = ""): Mark => ({
  start,
  end: Math.max(start, end),
  count: 1,
  text,
})

const byStart = (a: Mark, b: Mark) => a.start - b.start

/** The same marks in order, those in one that overlap or are no further apart than `near`. */
export function merge<M extends Mark>(marks: readonly M[], near: number): M[] {
  const merged: M[] = []
  for (const next of marks.toSorted(byStart)) {
    const last = merged.at(-1)
    if (!last || next.start - last.end > near) merged.push({ ...next })
    else {
      last.end = Math.max(last.end, next.end)
      last.count += next.count
    }
  }
  return merged
}

/** The same marks, if they are so many at most; otherwise merged, more and more, until they are. */
export function atMost<M extends Mark>(marks: readonly M[], most: number, near: number): M[] {
  let left = marks.toSorted(byStart)
  for (let distance = near; left.length > most; distance *= 2) left = merge(left, distance)
  return left
}
