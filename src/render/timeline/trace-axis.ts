import { count, grouped } from "../format.ts"
import type { Scale } from "./trace-scale.ts"

/** Words or a number on the strip, at a place in percent of its width, on this side of it. */
export interface Label {
  at: number
  text: string
  side: "before" | "on" | "after"
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const steps = [
  ...[1, 2, 5, 10, 20, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 20, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 7, 14, 28, 56, 112, 365].map((n) => n * DAY),
]

/** Of a character of the strip's labels, in pixels; and what has to be free between two labels. */
const CHARACTER = 6.6
const BETWEEN = 14
/** Of the width, so many pixels at least are between two steps of the axis. */
const STEP = 64

/**
 * A row of labels on a strip of so many pixels: called with a label, says whether there was still room for it.
 * `aside` is how far a label stands from its place.
 */
export function row(width: number, between = BETWEEN, aside = 0): (label: Label) => boolean {
  const taken: [number, number][] = []
  return ({ at, text, side }) => {
    const long = text.length * CHARACTER + aside
    const middle = (at * width) / 100
    const left = side === "after" ? middle : side === "before" ? middle - long : middle - long / 2
    const right = left + long
    if (taken.some(([from, to]) => left < to + between && from < right + between)) return false
    taken.push([left, right])
    return true
  }
}

/** A label on its place, or beside it where it would stand out over an end of the strip. */
export function inside(at: number, text: string, width: number): Label {
  const half = ((text.length * CHARACTER) / 2 / width) * 100
  return { at, text, side: at < half ? "after" : at > 100 - half ? "before" : "on" }
}

export interface Axis {
  /** Where a step of the axis is, in percent of the width. */
  steps: number[]
  labels: Label[]
}

/**
 * The axis of a strip that is at least `width` pixels wide: how long the times are that were left out, the longest
 * first, and how much time has passed since `began`, in even steps, or in days if there are several; as far as there
 * is room.
 */
export function axisOf(scale: Scale, began: number, width: number): Axis {
  const { stretches } = scale
  const fits = row(width)
  const labels: Label[] = []
  const add = (at: number, text: string) => {
    const label = inside(at, text, width)
    return fits(label) && labels.push(label) > 0
  }
  const breaks = stretches.slice(1).map((next, i) => {
    const before = stretches[i]!
    return { at: (before.right + next.left) / 2, long: next.start - before.end }
  })
  const left = breaks.toSorted((a, b) => b.long - a.long).slice(0, 12)
  const days = daysOf(scale, began)
  if (days.length > 2) {
    for (const { at, day } of days) add(at, `day ${grouped(day)}`)
    for (const { at, long } of left) add(at, laterInWords(long))
    return { steps: days.map(({ at }) => at), labels }
  }
  for (const { at, long } of left) add(at, laterInWords(long))

  const step = steps.find((step) => (step * scale.rate * width) / 100 >= STEP)
  if (step === undefined) return { steps: [], labels }
  const times = stretches.flatMap(({ start, end }) => {
    const first = Math.ceil((start - began) / step)
    return Array.from({ length: Math.floor((end - began) / step) - first + 1 }, (_, i) => (first + i) * step)
  })
  const words = clock(step, times.at(-1) ?? 0)
  // The last one that there is room for has the unit.
  let last = true
  for (const time of times.toReversed()) if (add(scale.at(began + time), words(time, last))) last = false
  return { steps: times.map((time) => scale.at(began + time)), labels }
}

/** Where the days of work begin, each after a pause; a day is what begins about so many times 24 hours later. */
function daysOf({ stretches }: Scale, began: number): { at: number; day: number }[] {
  const days: { at: number; day: number }[] = []
  for (const { start, left } of stretches) {
    const day = Math.round((start - began) / DAY) + 1
    if (day !== days.at(-1)?.day) days.push({ at: left, day })
  }
  return days
}

/** How to write times in steps of `step`, up to `longest`: as plain numbers if that is enough. The last has the unit. */
function clock(step: number, longest: number): (time: number, last: boolean) => string {
  const two = (n: number) => String(n).padStart(2, "0")
  const plain = (unit: number, name: string) => (time: number, last: boolean) =>
    `${grouped(time / unit)}${last ? ` ${name}` : ""}`
  if (step >= DAY) return plain(DAY, longest === DAY ? "day" : "days")
  if (step >= HOUR) return plain(HOUR, "h")
  if (step >= MINUTE && longest < HOUR) return plain(MINUTE, "min")
  if (longest < MINUTE) return plain(SECOND, "s")
  return (time, last) => {
    const [h, m, s] = [Math.floor(time / HOUR), Math.floor(time / MINUTE) % 60, (time / SECOND) % 60]
    if (step >= MINUTE) return `${h}:${two(m)}${last ? " h" : ""}`
    return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}${last ? " min" : ""}`
  }
}

/** A time in which nothing happened: `40 min later`, `3 h later`, `2 days later`. */
export function laterInWords(time: number): string {
  if (time < 90 * SECOND) return `${Math.round(time / SECOND)} s later`
  if (time < 90 * MINUTE) return `${Math.round(time / MINUTE)} min later`
  if (time < 36 * HOUR) return `${Math.round(time / HOUR)} h later`
  if (time < 730 * DAY) return `${count(Math.round(time / DAY), "day")} later`
  return `${count(Math.round(time / DAY / 365.25), "year")} later`
}
