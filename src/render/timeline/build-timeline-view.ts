import { formatCount, formatDuration, groupThousands, timestampOf } from "../format.ts"
import type { PromptMark, Timeline } from "./timeline.ts"
import { type AxisLabel, buildAxis, formatPause, labelRow, placeLabel, type TimelineAxis } from "./timeline-axis.ts"
import { limitMarks, mark, mergeByGap, mergeByLength, type TimelineMark } from "./timeline-marks.ts"
import { buildScale, type TimelineScale } from "./timeline-scale.ts"
import type { AxisView, PromptTick, TimelineBar, TimelineSpan, TimelineView } from "./timeline-view.ts"

/** Minimum widths of the two layouts. */
const WIDE_PX = 760
const NARROW_PX = 288

/** Maximum of each kind drawn, and the distance in percent below which marks merge. */
const MAX_SHOWN = { work: 60, bars: 50, prompts: 60, summarised: 20, breaks: 16 }
const MERGE_PERCENT = 0.2
/** Columns of a crowded timeline. */
const COLUMNS = 80

/** View of a timeline; undefined if no time passed. */
export function buildTimelineView(timeline: Timeline): TimelineView | undefined {
  const { startedAt } = timeline
  if (startedAt === undefined) return undefined
  const kinds = ["work", "changed", "passed", "failed", "summarised", "prompts"] as const
  const all: TimelineMark[] = [
    mark(startedAt, startedAt),
    ...kinds.flatMap((kind): TimelineMark[] => timeline[kind]),
  ].map((mark) => ({
    ...mark,
    start: Math.max(startedAt, mark.start),
    end: Math.max(startedAt, mark.end),
  }))
  const ended = all.reduce((latest, { end }) => Math.max(latest, end), startedAt)
  if (ended === startedAt) return undefined

  const scale = buildScale(all)
  const toPositions = <M extends TimelineMark>(marks: readonly M[]): M[] =>
    marks.map((mark) => ({ ...mark, start: scale.positionOf(mark.start), end: scale.positionOf(mark.end) }))
  const elapsed = (time: number) => timestampOf(time, startedAt)?.since ?? ""
  const failures = timeline.failed.map((mark) => ({ ...mark, text: `At ${elapsed(mark.start)}: ${mark.text}` }))
  const prompts = timeline.prompts.map((mark) => ({
    ...mark,
    text: [elapsed(mark.start), mark.text].filter(Boolean).join(" · "),
  }))
  const bars = barsOf(toPositions(timeline.passed), toPositions(timeline.changed), toPositions(failures))
  return {
    words: describeTimeline(timeline, ended - startedAt),
    ...baseLine(scale),
    work: limitMarks(mergeByGap(toPositions(timeline.work), MERGE_PERCENT), MAX_SHOWN.work, MERGE_PERCENT).map(spanOf),
    ...bars,
    summarised: limitMarks(toPositions(timeline.summarised), MAX_SHOWN.summarised, 1).map(({ start }) => ({
      x: percent(start),
    })),
    prompts: promptTicks(limitMarks(toPositions(prompts), MAX_SHOWN.prompts, MERGE_PERCENT)),
    wide: axisView(buildAxis(scale, startedAt, WIDE_PX)),
    narrow: axisView(buildAxis(scale, startedAt, NARROW_PX)),
  }
}

const percent = (part: number): string => `${Math.min(100, Math.round(part * 100) / 100)}%`

/** Shorter spans get the minimum visible width from CSS. */
const spanOf = ({ start, end }: TimelineMark): TimelineSpan => ({
  x: percent(start),
  width: end - start < 0.4 ? undefined : percent(end - start),
})

function baseLine({ segments }: TimelineScale): Pick<TimelineView, "base" | "breaks"> {
  const base: TimelineMark[] = []
  const breaks: TimelineView["breaks"] = []
  for (const [i, segment] of segments.entries()) {
    const before = segments[i - 1]
    // Extend the base line into breaks a little, so that an isolated mark stands on a line.
    const overhang = before ? Math.min(0.6, (segment.left - before.right) / 5) : 0
    const last = base.at(-1)
    if (last && before) {
      last.end += overhang
      const title = formatPause(segment.start - before.end)
      breaks.push({ x: percent((before.right + segment.left) / 2), title })
    }
    base.push(mark(segment.left - overhang, segment.right))
  }
  // Many breaks are too narrow for a sign: show gaps only.
  const shown = breaks.length <= MAX_SHOWN.breaks ? breaks : []
  return { base: base.map(({ start, end }) => ({ x: percent(start), width: percent(end - start) })), breaks: shown }
}

/** Bars at their positions or, if there are too many, columns whose height shows the count. */
function barsOf(
  passed: TimelineMark[],
  changed: TimelineMark[],
  failed: TimelineMark[],
): Pick<TimelineView, "crowded" | "passed" | "changed" | "failed"> {
  const kinds = [passed, changed, failed].map((marks) => mergeByLength(marks, MERGE_PERCENT))
  if (kinds.every((marks) => marks.length <= MAX_SHOWN.bars)) {
    const [passed = [], changed = [], failed = []] = kinds.map((marks) =>
      marks.map((mark) => ({ ...spanOf(mark), level: 0, title: titleOf(mark) })),
    )
    return { crowded: false, passed, changed, failed }
  }
  return { crowded: true, passed: countColumns(passed), changed: countColumns(changed), failed: countColumns(failed) }
}

function countColumns(marks: readonly TimelineMark[]): TimelineBar[] {
  const found = new Map<number, TimelineMark>()
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

const titleOf = ({ text, count }: TimelineMark): string =>
  text === "" || count === 1 ? text : `${text}, and ${groupThousands(count - 1)} more failed`

function promptTicks(prompts: readonly PromptMark[]): PromptTick[] {
  const [fitsWide, fitsNarrow] = [labelRow(WIDE_PX, 12, 6), labelRow(NARROW_PX, 16, 6)]
  return prompts.map(({ start, href, number, count, text }) => {
    const label: AxisLabel = placeLabel(start, String(number), NARROW_PX)
    const side = label.side === "before" ? "before" : "after"
    const wide = fitsWide({ ...label, side })
    const narrow = wide && fitsNarrow({ ...label, side })
    const name = count === 1 ? `Prompt ${number}` : `Prompts ${number} to ${number + count - 1}`
    return {
      x: percent(start),
      href,
      number: String(number),
      title: `${name} · ${text}`,
      numbered: narrow ? "always" : wide ? "wide" : "never",
      side,
    }
  })
}

const axisView = ({ steps, labels }: TimelineAxis): AxisView => ({
  steps: steps.map(percent),
  labels: labels.map(({ at, text, side }) => ({ x: percent(at), text, side })),
})

function describeTimeline({ counts }: Timeline, time: number): string {
  const prompts = counts.prompts === 0 ? "No prompt" : formatCount(counts.prompts, "prompt")
  const failures = counts.failed === 0 ? "" : `; ${formatCount(counts.failed, "failure")}`
  return `The session to scale: ${prompts} over ${formatDuration(time)}${failures}.`
}
