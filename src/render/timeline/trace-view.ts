import { count, formatDuration, grouped, momentOf } from "../format.ts"
import type { PromptMark, Trace } from "./trace.ts"
import { type Axis, axisOf, inside, type Label, laterInWords, row } from "./trace-axis.ts"
import { atMost, type Mark, mark, merge, thin } from "./trace-marks.ts"
import { type Scale, scaleOf } from "./trace-scale.ts"

/** A session drawn to scale. All places and widths are in percent of the strip's width, `12.3%`. */
export interface TraceView {
  /** The whole in a sentence. */
  words: string
  /** The axis, in pieces between which time is left out. */
  base: Span[]
  breaks: { x: string; title: string }[]
  work: Span[]
  /** There is too much to show where each thing was: columns say how many there were. */
  crowded: boolean
  passed: Bar[]
  changed: Bar[]
  failed: Bar[]
  summarised: { x: string }[]
  prompts: Tick[]
  /** With the labels that there is room for on a strip of at least 760 pixels, and of at least 288. */
  wide: Steps
  narrow: Steps
}

export interface Span {
  x: string
  /** Not given for what is too short to be drawn to scale. */
  width: string | undefined
}

export interface Bar extends Span {
  /** How many there are, from 1 to 4; 0 where that is not said. */
  level: number
  /** "" where nothing is to be said. */
  title: string
}

export interface Tick {
  x: string
  href: string
  number: string
  /** Which prompt it is, when, and its first words: the link's name. */
  title: string
  /** Whether there is room for its number: always, on a wide strip only, or never. */
  numbered: "always" | "wide" | "never"
  side: Label["side"]
}

export interface Steps {
  steps: string[]
  labels: { x: string; text: string; side: Label["side"] }[]
}

/** A wide strip and a narrow one have at least so many pixels. */
const WIDE = 760
const NARROW = 288

/** What is drawn at most of each kind, and how near to each other two things are one, in percent. */
const MOST = { work: 60, bars: 50, prompts: 60, summarised: 20, breaks: 16 }
const NEAR = 0.2
/** Of a crowded session, so many columns say how often something happened. */
const COLUMNS = 80

/** The strip of a session; undefined where no time passed that is known of. */
export function traceView(trace: Trace): TraceView | undefined {
  const { began } = trace
  if (began === undefined) return undefined
  const kinds = ["work", "changed", "passed", "failed", "summarised", "prompts"] as const
  const all: Mark[] = [mark(began, began), ...kinds.flatMap((kind): Mark[] => trace[kind])].map((mark) => ({
    ...mark,
    ...{ start: Math.max(began, mark.start), end: Math.max(began, mark.end) },
  }))
  const ended = all.reduce((latest, { end }) => Math.max(latest, end), began)
  if (ended === began) return undefined

  const scale = scaleOf(all)
  const placed = <M extends Mark>(marks: readonly M[]): M[] =>
    marks.map((mark) => ({ ...mark, start: scale.at(mark.start), end: scale.at(mark.end) }))
  const since = (time: number) => momentOf(time, began)?.since ?? ""
  const failures = trace.failed.map((mark) => ({ ...mark, text: `At ${since(mark.start)}: ${mark.text}` }))
  const prompts = trace.prompts.map((mark) => ({
    ...mark,
    text: [since(mark.start), mark.text].filter(Boolean).join(" · "),
  }))
  const bars = barsOf(placed(trace.passed), placed(trace.changed), placed(failures))
  return {
    words: inWords(trace, ended - began),
    ...lineOf(scale),
    work: atMost(merge(placed(trace.work), NEAR), MOST.work, NEAR).map(span),
    ...bars,
    summarised: atMost(placed(trace.summarised), MOST.summarised, 1).map(({ start }) => ({
      x: percent(start),
    })),
    prompts: ticksOf(atMost(placed(prompts), MOST.prompts, NEAR)),
    wide: stepsOf(axisOf(scale, began, WIDE)),
    narrow: stepsOf(axisOf(scale, began, NARROW)),
  }
}

const percent = (part: number): string => `${Math.min(100, Math.round(part * 100) / 100)}%`

/** What is narrower than this is drawn as narrow as can still be seen. */
const span = ({ start, end }: Mark): Span => ({
  x: percent(start),
  width: end - start < 0.4 ? undefined : percent(end - start),
})

function lineOf({ stretches }: Scale): Pick<TraceView, "base" | "breaks"> {
  const base: Mark[] = []
  const breaks: TraceView["breaks"] = []
  for (const [i, stretch] of stretches.entries()) {
    const before = stretches[i - 1]
    // The line goes on a little, so that what stands alone between two breaks has something to stand on.
    const aside = before ? Math.min(0.6, (stretch.left - before.right) / 5) : 0
    const last = base.at(-1)
    if (last && before) {
      last.end += aside
      const title = laterInWords(stretch.start - before.end)
      breaks.push({ x: percent((before.right + stretch.left) / 2), title })
    }
    base.push(mark(stretch.left - aside, stretch.right))
  }
  // Of many, each is too narrow for a sign: the gap in the line has to do.
  const shown = breaks.length <= MOST.breaks ? breaks : []
  return { base: base.map(({ start, end }) => ({ x: percent(start), width: percent(end - start) })), breaks: shown }
}

/** As blocks and lines, each where it was; or, where they are too many for that, as columns as high as they are many. */
function barsOf(
  passed: Mark[],
  changed: Mark[],
  failed: Mark[],
): Pick<TraceView, "crowded" | "passed" | "changed" | "failed"> {
  const kinds = [passed, changed, failed].map((marks) => thin(marks, NEAR))
  if (kinds.every((marks) => marks.length <= MOST.bars)) {
    const [passed = [], changed = [], failed = []] = kinds.map((marks) =>
      marks.map((mark) => ({ ...span(mark), level: 0, title: titleOf(mark) })),
    )
    return { crowded: false, passed, changed, failed }
  }
  return { crowded: true, passed: columns(passed), changed: columns(changed), failed: columns(failed) }
}

function columns(marks: readonly Mark[]): Bar[] {
  const found = new Map<number, Mark>()
  for (const { start, end, count, text } of marks.toSorted((a, b) => a.start - b.start)) {
    const at = Math.min(COLUMNS - 1, Math.floor(((start + end) / 200) * COLUMNS))
    const column = found.get(at)
    if (column) column.count += count
    else found.set(at, { start: at, end: at, count, text })
  }
  const most = Math.max(1, ...[...found.values()].map(({ count }) => count))
  return [...found.values()].map((mark) => ({
    x: percent(((mark.start + 0.25) * 100) / COLUMNS),
    width: percent(50 / COLUMNS),
    level: Math.ceil(Math.sqrt(mark.count / most) * 4),
    title: titleOf(mark),
  }))
}

const titleOf = ({ text, count }: Mark): string =>
  text === "" || count === 1 ? text : `${text}, and ${grouped(count - 1)} more failed`

function ticksOf(prompts: readonly PromptMark[]): Tick[] {
  const [fitsWide, fitsNarrow] = [row(WIDE, 12, 6), row(NARROW, 16, 6)]
  return prompts.map(({ start, href, number, count, text }) => {
    const label: Label = inside(start, String(number), NARROW)
    const side = label.side === "before" ? "before" : "after"
    const wide = fitsWide({ ...label, side })
    const narrow = wide && fitsNarrow({ ...label, side })
    const name = count === 1 ? `Prompt ${number}` : `Prompts ${number} to ${number + count - 1}`
    return {
      ...{ x: percent(start), href, number: String(number), title: `${name} · ${text}` },
      numbered: narrow ? "always" : wide ? "wide" : "never",
      side,
    }
  })
}

const stepsOf = ({ steps, labels }: Axis): Steps => ({
  steps: steps.map(percent),
  labels: labels.map(({ at, text, side }) => ({ x: percent(at), text, side })),
})

function inWords({ counts }: Trace, time: number): string {
  const prompts = counts.prompts === 0 ? "No prompt" : count(counts.prompts, "prompt")
  const failures = counts.failed === 0 ? "" : `; ${count(counts.failed, "failure")}`
  return `The session to scale: ${prompts} over ${formatDuration(time)}${failures}.`
}
