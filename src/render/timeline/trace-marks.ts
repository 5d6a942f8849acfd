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

/** The same marks in order, those in one that overlap or are no further apart than `gap`. */
export const merge = <M extends Mark>(marks: readonly M[], gap: number): M[] =>
  joined(marks, (last, next) => next.start - last.end <= gap)

/** The same marks in order, those in one that overlap or are together no longer than `length`. */
export const thin = <M extends Mark>(marks: readonly M[], length: number): M[] =>
  joined(marks, (last, next) => next.start < last.end || next.end - last.start <= length)

/** The same marks, thinned out more and more, from `length` on, until they are so many at most. */
export function atMost<M extends Mark>(marks: readonly M[], most: number, length: number): M[] {
  let left = thin(marks, length)
  for (let longer = length * 2; left.length > most; longer *= 2) left = thin(left, longer)
  return left
}

function joined<M extends Mark>(marks: readonly M[], together: (last: M, next: M) => boolean): M[] {
  const all: M[] = []
  for (const next of marks.toSorted((a, b) => a.start - b.start)) {
    const last = all.at(-1)
    if (!last || !together(last, next)) all.push({ ...next })
    else {
      last.end = Math.max(last.end, next.end)
      last.count += next.count
    }
  }
  return all
}
