import { type Mark, merge } from "./trace-marks.ts"

const SECOND = 1000
const MINUTE = 60 * SECOND

/** So many times at most is idle time left out; the room for that, together and of one, in percent of the width. */
const MOST_BREAKS = 60
const ROOM_FOR_BREAKS = 36
const BREAK = 3.2

/** A stretch of time that is drawn to scale; `left` and `right` are in percent of the width. */
export interface Stretch {
  start: number
  end: number
  left: number
  right: number
}

export interface Scale {
  /** In order; between them, time is left out. */
  stretches: Stretch[]
  /** Percent of the width for a millisecond; 0 if there is nothing that took time. */
  rate: number
  /** Where a time stands, in percent of the width. */
  at(time: number): number
}

/**
 * A scale for what happened, without the long times in which nothing did: of more than ten minutes or, in a short
 * session, half of what was worked; in a long one, those that take more of the width than a break does.
 */
export function scaleOf(marks: readonly Mark[]): Scale {
  const active = merge(marks, 0)
  const worked = active.reduce((sum, { start, end }) => sum + end - start, 0)
  const gaps = active.slice(1).map((next, i) => next.start - active[i]!.end)
  const limit = Math.max(
    gaps.toSorted((a, b) => b - a)[MOST_BREAKS] ?? 0,
    (worked * BREAK) / 60,
    Math.min(10 * MINUTE, Math.max(worked / 2, 20 * SECOND)),
  )
  const pieces = merge(active, limit)
  const time = pieces.reduce((sum, { start, end }) => sum + end - start, 0)
  const breaks = pieces.length - 1
  // Where nothing took time, there is nothing but breaks.
  const width = breaks === 0 ? 0 : time === 0 ? 100 / breaks : Math.min(BREAK, ROOM_FOR_BREAKS / breaks)
  const rate = time === 0 ? 0 : (100 - breaks * width) / time
  const stretches: Stretch[] = []
  for (const { start, end } of pieces) {
    const left = stretches.length === 0 ? 0 : stretches.at(-1)!.right + width
    stretches.push({ start, end, left, right: left + (end - start) * rate })
  }
  return { stretches, rate, at: (time) => place(stretches, time) }
}

function place(stretches: readonly Stretch[], time: number): number {
  let low = 0
  let high = stretches.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (stretches[middle]!.start <= time) low = middle
    else high = middle - 1
  }
  const { start, end, left, right } = stretches[low]!
  const part = end > start ? (time - start) / (end - start) : 0
  return left + (right - left) * Math.min(1, Math.max(0, part))
}
