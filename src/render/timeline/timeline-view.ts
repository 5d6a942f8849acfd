import type { AxisLabel } from "./timeline-axis.ts"

/** Timeline of a session. All positions and widths are in percent of its width: `12.3%`. */
export interface TimelineView {
  /** One-sentence description. */
  words: string
  /** Base line, in segments between omitted pauses. */
  base: TimelineSpan[]
  breaks: { x: string; title: string }[]
  work: TimelineSpan[]
  /** Too many marks to show each: columns show counts instead. */
  crowded: boolean
  passed: TimelineBar[]
  changed: TimelineBar[]
  failed: TimelineBar[]
  summarised: { x: string }[]
  prompts: PromptTick[]
  /** Axes for widths of at least 760 and 288 pixels. */
  wide: AxisView
  narrow: AxisView
}

export interface TimelineSpan {
  x: string
  /** undefined if too short to be drawn to scale. */
  width: string | undefined
}

export interface TimelineBar extends TimelineSpan {
  /** Height of a column, from 1 to 4; 0 outside of columns. */
  level: number
  /** "" for none. */
  title: string
}

export interface PromptTick {
  x: string
  href: string
  number: string
  /** Prompt number, time and first words: the link's accessible name. */
  title: string
  /** Whether its number fits: always, on a wide timeline only, or never. */
  numbered: "always" | "wide" | "never"
  side: AxisLabel["side"]
}

export interface AxisView {
  steps: string[]
  labels: { x: string; text: string; side: AxisLabel["side"] }[]
}
