import { MINUTE_MS, SECOND_MS } from "../../lib/duration.ts"
import { mergeByGap, type TimelineMark } from "./timeline-marks.ts"

/** Limits of omitted pauses: their number, their total width and the width of one, in percent of the width. */
const MAX_BREAKS = 60
const ALL_BREAKS_PERCENT = 36
const BREAK_PERCENT = 3.2

/** A period drawn to scale; `left` and `right` are in percent of the width. */
export interface ScaleSegment {
  start: number
  end: number
  left: number
  right: number
}

export interface TimelineScale {
  /** In order, with a pause omitted between each two. */
  segments: ScaleSegment[]
  /** 0 if nothing took time. */
  percentPerMs: number
  /** Position of a time, in percent of the width. */
  positionOf(time: number): number
}

/**
 * Builds a scale without long pauses: those over ten minutes or, in a short session, over half of the time worked; in
 * a long session, those that would take more width than a break.
 */
export function buildScale(marks: readonly TimelineMark[]): TimelineScale {
  const active = mergeByGap(marks, 0)
  const workedMs = active.reduce((sum, { start, end }) => sum + end - start, 0)
  const gaps = active.slice(1).map((next, i) => next.start - active[i]!.end)
  const minBreakMs = Math.max(
    gaps.toSorted((a, b) => b - a)[MAX_BREAKS] ?? 0,
    (workedMs * BREAK_PERCENT) / 60,
    Math.min(10 * MINUTE_MS, Math.max(workedMs / 2, 20 * SECOND_MS)),
  )
  const periods = mergeByGap(active, minBreakMs)
  const shownMs = periods.reduce((sum, { start, end }) => sum + end - start, 0)
  const breaks = periods.length - 1
  // If nothing took time, breaks fill the width.
  const width = breaks === 0 ? 0 : shownMs === 0 ? 100 / breaks : Math.min(BREAK_PERCENT, ALL_BREAKS_PERCENT / breaks)
  const rate = shownMs === 0 ? 0 : (100 - breaks * width) / shownMs
  const segments: ScaleSegment[] = []
  for (const { start, end } of periods) {
    const left = segments.length === 0 ? 0 : segments.at(-1)!.right + width
    segments.push({ start, end, left, right: left + (end - start) * rate })
  }
  return { segments, percentPerMs: rate, positionOf: (time) => findPosition(segments, time) }
}

function findPosition(segments: readonly ScaleSegment[], time: number): number {
  let low = 0
  let high = segments.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (segments[middle]!.start <= time) low = middle
    else high = middle - 1
  }
  const { start, end, left, right } = segments[low]!
  const part = end > start ? (time - start) / (end - start) : 0
  return left + (right - left) * Math.min(1, Math.max(0, part))
}
