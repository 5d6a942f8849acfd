import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../lib/duration.ts"
import { formatCount, groupThousands } from "../format.ts"
import type { TimelineScale } from "./timeline-scale.ts"

/** A text on the timeline: its position in percent of the width, and the side on which it stands. */
export interface AxisLabel {
  at: number
  text: string
  side: "before" | "on" | "after"
}

const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND_MS),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR_MS),
  ...[1, 2, 7, 14, 28, 56, 112, 365].map((n) => n * DAY_MS),
]

/** Width of a label's character, and minimum distance between labels. */
const CHAR_PX = 6.6
const LABEL_GAP_PX = 14
/** Minimum distance between steps of the axis. */
const MIN_STEP_PX = 64

/**
 * Places labels on a row without overlap. The returned function tells whether a label fits and, if so, reserves its
 * space.
 * @param offsetPx distance of a label from its position
 */
export function labelRow(widthPx: number, gapPx = LABEL_GAP_PX, offsetPx = 0): (label: AxisLabel) => boolean {
  const taken: [number, number][] = []
  return ({ at, text, side }) => {
    const long = text.length * CHAR_PX + offsetPx
    const middle = (at * widthPx) / 100
    const left = side === "after" ? middle : side === "before" ? middle - long : middle - long / 2
    const right = left + long
    if (taken.some(([from, to]) => left < to + gapPx && from < right + gapPx)) return false
    taken.push([left, right])
    return true
  }
}

/** A label on its position, or beside it where it would overflow the timeline's ends. */
export function placeLabel(at: number, text: string, widthPx: number): AxisLabel {
  const half = ((text.length * CHAR_PX) / 2 / widthPx) * 100
  return { at, text, side: at < half ? "after" : at > 100 - half ? "before" : "on" }
}

export interface TimelineAxis {
  /** Positions of the axis' steps, in percent of the width. */
  steps: number[]
  labels: AxisLabel[]
}

/**
 * Axis of a timeline at least `widthPx` wide: labels for omitted pauses, the longest first, and for the time since
 * `startedAt` in even steps, or in days if there are several, as far as there is room.
 */
export function buildAxis(scale: TimelineScale, startedAt: number, widthPx: number): TimelineAxis {
  const { segments } = scale
  const fits = labelRow(widthPx)
  const labels: AxisLabel[] = []
  const add = (at: number, text: string) => {
    const label = placeLabel(at, text, widthPx)
    return fits(label) && labels.push(label) > 0
  }
  const breaks = segments.slice(1).map((next, i) => {
    const before = segments[i]!
    return { at: (before.right + next.left) / 2, long: next.start - before.end }
  })
  const left = breaks.toSorted((a, b) => b.long - a.long).slice(0, 12)
  const days = workDays(scale, startedAt)
  if (days.length > 2) {
    for (const { at, day } of days) add(at, `day ${groupThousands(day)}`)
    for (const { at, long } of left) add(at, formatPause(long))
    return { steps: days.map(({ at }) => at), labels }
  }
  for (const { at, long } of left) add(at, formatPause(long))

  const step = STEPS_MS.find((step) => (step * scale.percentPerMs * widthPx) / 100 >= MIN_STEP_PX)
  if (step === undefined) return { steps: [], labels }
  const times = segments.flatMap(({ start, end }) => {
    const first = Math.ceil((start - startedAt) / step)
    return Array.from({ length: Math.floor((end - startedAt) / step) - first + 1 }, (_, i) => (first + i) * step)
  })
  const words = timeFormatter(step, times.at(-1) ?? 0)
  // The last label that fits shows the unit.
  let last = true
  for (const time of times.toReversed()) if (add(scale.positionOf(startedAt + time), words(time, last))) last = false
  return { steps: times.map((time) => scale.positionOf(startedAt + time)), labels }
}

/**
 * Positions at which the days of work begin, each after a pause. A day begins about a multiple of 24 hours after the
 * start.
 */
function workDays({ segments }: TimelineScale, startedAt: number): { at: number; day: number }[] {
  const days: { at: number; day: number }[] = []
  for (const { start, left } of segments) {
    const day = Math.round((start - startedAt) / DAY_MS) + 1
    if (day !== days.at(-1)?.day) days.push({ at: left, day })
  }
  return days
}

/** Formatter for times in steps of `step` up to `longest`: plain numbers if possible. The last label has the unit. */
function timeFormatter(step: number, longest: number): (time: number, last: boolean) => string {
  const two = (n: number) => String(n).padStart(2, "0")
  const plain = (unit: number, name: string) => (time: number, last: boolean) =>
    `${groupThousands(time / unit)}${last ? ` ${name}` : ""}`
  if (step >= DAY_MS) return plain(DAY_MS, longest === DAY_MS ? "day" : "days")
  if (step >= HOUR_MS) return plain(HOUR_MS, "h")
  if (step >= MINUTE_MS && longest < HOUR_MS) return plain(MINUTE_MS, "min")
  if (longest < MINUTE_MS) return plain(SECOND_MS, "s")
  return (time, last) => {
    const [h, m, s] = [Math.floor(time / HOUR_MS), Math.floor(time / MINUTE_MS) % 60, (time / SECOND_MS) % 60]
    if (step >= MINUTE_MS) return `${h}:${two(m)}${last ? " h" : ""}`
    return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}${last ? " min" : ""}`
  }
}

/** Length of a pause: `40 min later`, `3 h later`, `2 days later`. */
export function formatPause(time: number): string {
  if (time < 90 * SECOND_MS) return `${Math.round(time / SECOND_MS)} s later`
  if (time < 90 * MINUTE_MS) return `${Math.round(time / MINUTE_MS)} min later`
  if (time < 36 * HOUR_MS) return `${Math.round(time / HOUR_MS)} h later`
  if (time < 730 * DAY_MS) return `${formatCount(Math.round(time / DAY_MS), "day")} later`
  return `${formatCount(Math.round(time / DAY_MS / 365.25), "year")} later`
}
