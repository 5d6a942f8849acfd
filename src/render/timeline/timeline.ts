import {
  type AssistantMessage,
  isPrompt,
  isUserCommand,
  type Message,
  type MessageError,
  type ToolPart,
  type UserMessage,
} from "../../session/model.ts"
import { clip } from "../html/truncate.ts"
import { toolsOf } from "../message-text.ts"
import { MAX_WORK_MS } from "../session-stats.ts"
import { toolCallOf } from "../tools/registry.ts"
import { limitMarks, mark, type TimelineMark } from "./timeline-marks.ts"

/** Marks of a session's timeline. Bounded in size: crowded marks merge as the session grows. */
export interface Timeline {
  /** File name of the session's first page. */
  firstPage: string
  /** Earliest valid time: the timeline's start. */
  startedAt: number | undefined
  /** Latest time so far: the position of events without a time of their own. */
  latestAt: number
  work: TimelineMark[]
  changed: TimelineMark[]
  passed: TimelineMark[]
  failed: TimelineMark[]
  summarised: TimelineMark[]
  prompts: PromptMark[]
  counts: { prompts: number; failed: number }
}

/** A prompt, or several close together: link, number and text are the first one's. */
export interface PromptMark extends TimelineMark {
  href: string
  number: number
}

export const emptyTimeline = (): Timeline => ({
  firstPage: "",
  startedAt: undefined,
  latestAt: 0,
  work: [],
  changed: [],
  passed: [],
  failed: [],
  summarised: [],
  prompts: [],
  counts: { prompts: 0, failed: 0 },
})

/** Marks kept per kind: several per pixel. */
const MAX_TIMELINE_MARK_COUNT = 2_000

/**
 * Adds a message, in session order.
 * @param page file name of the page it is on
 */
export function addToTimeline(timeline: Timeline, message: Message, page: string): void {
  timeline.firstPage ||= page
  if (timeline.startedAt === undefined && isValidTime(message.created)) timeline.startedAt = message.created
  const at = timeInSession(timeline, message.created) ?? timeline.latestAt
  timeline.latestAt = Math.max(timeline.latestAt, at)
  if (isPrompt(message)) addPrompt(timeline, message, at, page)
  if (message.parts.some(({ type }) => type === "compaction")) addMark(timeline, "summarised", mark(at, at))
  if (message.role === "assistant" && !isUserCommand(message)) addWork(timeline, message, at)
}

const isValidTime = (time: number | undefined): time is number => time !== undefined && time > 0 && time <= 8.64e15

/** A valid time within the session; clocks can be wrong, and times before the start have no position. */
const timeInSession = (
  { startedAt = Number.POSITIVE_INFINITY }: Timeline,
  time: number | undefined,
): number | undefined => (isValidTime(time) && time >= startedAt ? time : undefined)

type MarkKind = "work" | "changed" | "passed" | "failed" | "summarised"

function addMark(timeline: Timeline, kind: MarkKind, added: TimelineMark): void {
  timeline[kind].push(added)
  if (timeline[kind].length >= 2 * MAX_TIMELINE_MARK_COUNT)
    timeline[kind] = limitMarks(timeline[kind], MAX_TIMELINE_MARK_COUNT, 1)
}

function addPrompt(timeline: Timeline, { id, parts }: UserMessage, at: number, page: string): void {
  const number = ++timeline.counts.prompts
  const words = parts.flatMap((part) => (part.type === "text" && !part.synthetic ? part.text.slice(0, 400) : []))
  const text = clip(words.join(" ").slice(0, 400).replace(/\s+/g, " ").trim(), 80)
  const href = page === timeline.firstPage ? `#${id}` : `${page}#${id}`
  timeline.prompts.push({ ...mark(at, at, text), number, href })
  if (timeline.prompts.length >= 2 * MAX_TIMELINE_MARK_COUNT)
    timeline.prompts = limitMarks(timeline.prompts, MAX_TIMELINE_MARK_COUNT, 1)
}

function addWork(timeline: Timeline, message: AssistantMessage, at: number): void {
  const tools = toolsOf(message)
  const ends = [message.completed, ...tools.map(({ end }) => end)].map((time) => timeInSession(timeline, time) ?? at)
  const end = Math.min(timeInSession(timeline, message.completed) ?? Math.max(...ends), at + MAX_WORK_MS)
  timeline.latestAt = Math.max(timeline.latestAt, end)

  // While a question waits for its answer, the agent is idle.
  let from = at
  for (const part of tools) {
    const asked = timeInSession(timeline, part.start)
    if (toolCallOf(part).category !== "ask" || asked === undefined || asked > end) continue
    if (asked > from) addMark(timeline, "work", mark(from, asked))
    from = Math.max(from, Math.min(timeInSession(timeline, part.end) ?? asked, end))
  }
  if (from < end || from === at) addMark(timeline, "work", mark(from, end))

  for (const part of tools) addTool(timeline, part, at)
  if (message.error) addFailure(timeline, mark(end, end, describeError(message.error)))
}

function addTool(timeline: Timeline, part: ToolPart, at: number): void {
  const start = timeInSession(timeline, part.start) ?? at
  const end = Math.min(timeInSession(timeline, part.end) ?? start, start + MAX_WORK_MS)
  const call = toolCallOf(part)
  const failure = call.failure()
  const act = call.mark()
  if (failure !== undefined) addFailure(timeline, mark(start, end, `${clip(part.tool, 40)} ${failure}`))
  else if (act === "passed") addMark(timeline, "passed", mark(start, end))
  else if (act === "changed") addMark(timeline, "changed", mark(end, end))
}

function addFailure(timeline: Timeline, failure: TimelineMark): void {
  timeline.counts.failed++
  addMark(timeline, "failed", failure)
}

function describeError({ name, statusCode }: MessageError): string {
  if (name === "MessageAbortedError") return "stopped by hand"
  return statusCode === undefined ? clip(name || "error", 60) : `error ${statusCode}`
}
