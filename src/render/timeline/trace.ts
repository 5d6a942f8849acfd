import type { AssistantMessage, Message, MessageError, ToolPart, UserMessage } from "../../session/model.ts"
import { actOf, hasFailed } from "../acts.ts"
import { clip } from "../html/cut.ts"
import { isPrompt, toolsOf } from "../piece.ts"
import { atMost, type Mark, mark } from "./trace-marks.ts"

/** What is drawn of a session, over its time. Bounded in size: what is crowded is merged as the session grows. */
export interface Trace {
  /** The file name of the page on which the session begins. */
  page: string
  /** The first time that is known: nothing is drawn before it. */
  began: number | undefined
  /** The latest time so far, where that stands that has no time of its own. */
  latest: number
  work: Mark[]
  changed: Mark[]
  passed: Mark[]
  failed: Mark[]
  summarised: Mark[]
  prompts: PromptMark[]
  counts: { prompts: number; failed: number }
}

/** A prompt, or several that came close together: the link, number and text are those of the first. */
export interface PromptMark extends Mark {
  href: string
  number: number
}

export const noTrace = (): Trace => ({
  ...{ page: "", began: undefined, latest: 0 },
  ...{ work: [], changed: [], passed: [], failed: [], summarised: [], prompts: [] },
  counts: { prompts: 0, failed: 0 },
})

/** Of each kind, so many marks are kept: some for each pixel that there may be. */
const KEPT = 2_000
/** Nobody works longer than this without a pause: the clock was wrong, or the machine slept. In milliseconds. */
const LONGEST = 24 * 60 * 60 * 1000

/** Adds a message, in the order of the session. `page` is the file name of the page that it stands on. */
export function addTrace(trace: Trace, message: Message, page: string): void {
  trace.page ||= page
  if (trace.began === undefined && isTime(message.created)) trace.began = message.created
  const at = within(trace, message.created) ?? trace.latest
  trace.latest = Math.max(trace.latest, at)
  if (isPrompt(message)) addPrompt(trace, message, at, page)
  if (message.parts.some(({ type }) => type === "compaction")) add(trace, "summarised", mark(at, at))
  if (message.role === "assistant") addWork(trace, message, at)
}

const isTime = (time: number | undefined): time is number => time !== undefined && time > 0 && time <= 8.64e15

/** A time of this session that can be used: clocks go wrong, and what is earlier than the beginning has no place. */
const within = ({ began = Number.POSITIVE_INFINITY }: Trace, time: number | undefined): number | undefined =>
  isTime(time) && time >= began ? time : undefined

type Kind = "work" | "changed" | "passed" | "failed" | "summarised"

function add(trace: Trace, kind: Kind, added: Mark): void {
  trace[kind].push(added)
  if (trace[kind].length >= 2 * KEPT) trace[kind] = atMost(trace[kind], KEPT, 1)
}

function addPrompt(trace: Trace, { id, parts }: UserMessage, at: number, page: string): void {
  const number = ++trace.counts.prompts
  const words = parts.flatMap((part) => (part.type === "text" && !part.synthetic ? part.text.slice(0, 400) : []))
  const text = clip(words.join(" ").slice(0, 400).replace(/\s+/g, " ").trim(), 80)
  const href = page === trace.page ? `#${id}` : `${page}#${id}`
  trace.prompts.push({ ...mark(at, at, text), number, href })
  if (trace.prompts.length >= 2 * KEPT) trace.prompts = atMost(trace.prompts, KEPT, 1)
}

function addWork(trace: Trace, message: AssistantMessage, at: number): void {
  const tools = toolsOf(message)
  const ends = [message.completed, ...tools.map(({ end }) => end)].map((time) => within(trace, time) ?? at)
  const end = Math.min(within(trace, message.completed) ?? Math.max(...ends), at + LONGEST)
  trace.latest = Math.max(trace.latest, end)

  // While a question waits for its answer, the agent is not at work.
  let from = at
  for (const { call, start, end: answered } of tools) {
    const asked = within(trace, start)
    if (call.kind !== "question" || asked === undefined || asked > end) continue
    if (asked > from) add(trace, "work", mark(from, asked))
    from = Math.max(from, Math.min(within(trace, answered) ?? asked, end))
  }
  if (from < end || from === at) add(trace, "work", mark(from, end))

  for (const part of tools) addTool(trace, part, at)
  if (message.error) addFailure(trace, mark(end, end, errorInWords(message.error)))
}

function addTool(trace: Trace, part: ToolPart, at: number): void {
  const start = within(trace, part.start) ?? at
  const end = Math.min(within(trace, part.end) ?? start, start + LONGEST)
  if (hasFailed(part)) addFailure(trace, mark(start, end, failureInWords(part)))
  else if (part.status !== "completed") return
  else if (part.call.kind === "bash" && part.call.exit === 0) add(trace, "passed", mark(start, end))
  else if (actOf(part) === "edit") add(trace, "changed", mark(end, end))
}

function addFailure(trace: Trace, failure: Mark): void {
  trace.counts.failed++
  add(trace, "failed", failure)
}

function failureInWords({ tool, call }: ToolPart): string {
  const name = clip(tool, 40)
  if (call.kind !== "bash") return `${name} failed`
  if (call.ending === "timed-out") return `${name} timed out`
  if (call.ending === "aborted") return `${name} was stopped`
  return call.exit ? `${name} ended with exit ${call.exit}` : `${name} failed`
}

function errorInWords({ name, statusCode }: MessageError): string {
  if (name === "MessageAbortedError") return "stopped by hand"
  return statusCode === undefined ? clip(name || "error", 60) : `error ${statusCode}`
}
