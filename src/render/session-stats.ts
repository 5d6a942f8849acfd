import { DAY_MS } from "../lib/duration.ts"
import { isPrompt, isUserCommand, type Message, type SessionInfo } from "../session/model.ts"
import { formatCompact, formatCost, formatCount, formatDuration } from "./format.ts"
import { clip } from "./html/truncate.ts"
import { toolsOf } from "./message-text.ts"
import { summarizeCounts, type ToolCounts, totalSteps, zeroToolCounts } from "./tool-category.ts"
import { countTool } from "./tools/count-tool.ts"
import type { HeaderFact } from "./view.ts"

/** Statistics of a session, shown in its header once all messages are read. Bounded in size. */
export interface SessionStats {
  prompts: number
  answers: number
  models: string[]
  agents: string[]
  usage: Usage
  startedAt: number | undefined
  endedAt: number | undefined
  /** Milliseconds in which an answer was written; several at once count once. */
  workMs: number
  workedUntil: number
  toolCounts: ToolCounts
}

/** Tokens and US dollars that answers took. */
export interface Usage {
  /** Without those read from the provider's cache. */
  inputTokens: number
  cachedTokens: number
  outputTokens: number
  cost: number
}

export const noUsage = (): Usage => ({ inputTokens: 0, cachedTokens: 0, outputTokens: 0, cost: 0 })

export const sumUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  cachedTokens: a.cachedTokens + b.cachedTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cost: a.cost + b.cost,
})

/** Longer work on one answer means a wrong clock or a suspended machine. */
export const MAX_WORK_MS = DAY_MS

/** Totals of the changed files. */
export interface ChangeTotals {
  files: number
  /** `files` is a lower bound. */
  hasMore: boolean
  additions: number
  deletions: number
}

export const zeroStats = (): SessionStats => ({
  prompts: 0,
  answers: 0,
  models: [],
  agents: [],
  usage: noUsage(),
  startedAt: undefined,
  endedAt: undefined,
  workMs: 0,
  workedUntil: 0,
  toolCounts: zeroToolCounts(),
})

/** Adds a message's data to the statistics. */
export function addToStats(stats: SessionStats, message: Message): void {
  const created = validTime(message.created)
  stats.startedAt ??= created
  if (created !== undefined) stats.endedAt = Math.max(stats.endedAt ?? 0, created)
  if (isPrompt(message)) stats.prompts++
  for (const part of toolsOf(message)) countTool(stats.toolCounts, part)
  if (message.role !== "assistant" || isUserCommand(message)) return
  stats.answers++
  const { tokens, cost } = message
  stats.usage = sumUsage(stats.usage, {
    inputTokens: tokens.input + tokens.cacheWrite,
    cachedTokens: tokens.cacheRead,
    outputTokens: tokens.output + tokens.reasoning,
    cost,
  })
  addWork(stats, created, validTime(message.completed))
  addUnique(stats.models, message.model)
  if (!message.compaction) addUnique(stats.agents, message.agent)
}

/** A time that a clock can have shown; 0 stands for none. */
const validTime = (time: number | undefined): number | undefined =>
  time !== undefined && time > 0 && time <= 8.64e15 ? time : undefined

function addWork(stats: SessionStats, from: number | undefined, to: number | undefined): void {
  if (to !== undefined) stats.endedAt = Math.max(stats.endedAt ?? 0, to)
  if (from === undefined || to === undefined || to <= from) return
  const start = Math.max(from, stats.workedUntil)
  stats.workMs += Math.min(Math.max(0, to - start), MAX_WORK_MS)
  stats.workedUntil = Math.max(stats.workedUntil, to)
}

function addUnique(list: string[], name: string | undefined): void {
  const short = name && clip(name, 100)
  if (short && list.length < 20 && !list.includes(short)) list.push(short)
}

/**
 * Facts of the page header, each with a name.
 * @param below what the session's subagents took, at every depth
 */
export function headerFacts(
  stats: SessionStats,
  info: SessionInfo,
  changed?: ChangeTotals | undefined,
  below: Usage = noUsage(),
): HeaderFact[] {
  const { prompts, answers, models, agents, startedAt, endedAt } = stats
  const list: HeaderFact[] = []
  const start = startedAt ?? info.created
  if (start !== undefined && Math.abs(start) <= 8.64e15) list.push({ name: "Date", value: formatDate(start) })
  if (startedAt !== undefined && endedAt !== undefined && endedAt > startedAt)
    list.push({ name: "Duration", ...durations(endedAt - startedAt, stats.workMs) })
  if (models[0])
    list.push({
      name: models.length > 1 ? "Models" : "Model",
      value: models[0],
      ...(models.length > 1 && { more: `+${models.length - 1}` }),
    })
  if (agents[0]) list.push({ name: agents.length > 1 ? "Agents" : "Agent", value: agents.slice(0, 3).join(", ") })
  list.push({ name: "Messages", value: `${prompts} asked, ${answers} answered` })
  list.push(...usageFacts(stats.usage, below))
  if (changed) {
    const { files, hasMore, additions, deletions } = changed
    list.push({
      name: "Changed",
      value: `${hasMore ? "over " : ""}${formatCount(files, "file")}`,
      lines: { additions, deletions },
    })
  }
  return list
}

/** Elapsed time, and the time at work where that says more. */
function durations(elapsedMs: number, workMs: number): Pick<HeaderFact, "value" | "more"> {
  const isIdle = workMs > 0 && elapsedMs >= 60_000 && elapsedMs > 1.5 * workMs
  return { value: formatDuration(elapsedMs), ...(isIdle && { more: `${formatDuration(workMs)} at work` }) }
}

function usageFacts(own: Usage, below: Usage): HeaderFact[] {
  const all = sumUsage(own, below)
  const tokens = ({ inputTokens, outputTokens }: Usage) =>
    `${formatCompact(inputTokens)} in, ${formatCompact(outputTokens)} out`
  const isMore = (name: keyof Usage) => all[name] > own[name]
  const notes = [
    own.cachedTokens > 0 ? `${formatCompact(own.cachedTokens)} from cache` : "",
    isMore("inputTokens") || isMore("outputTokens") ? `with subagents ${tokens(all)}` : "",
  ].filter(Boolean)
  const cost = isMore("cost") ? { more: `${formatCost(all.cost)} with subagents` } : {}
  return [
    ...(all.inputTokens + all.cachedTokens + all.outputTokens > 0
      ? [{ name: "Tokens", value: tokens(own), ...(notes.length > 0 && { more: notes.join(", ") }) }]
      : []),
    ...(all.cost > 0 ? [{ name: "Cost", value: formatCost(own.cost), ...cost }] : []),
  ]
}

/** One sentence on what was done: `12 steps: looked 5 times, ran 4 commands (1 failed), edited 3 times.` */
export function describeSteps({ toolCounts }: SessionStats): string {
  const steps = totalSteps(toolCounts)
  const own = steps === 0 ? "" : `${formatCount(steps, "step")}: ${summarizeCounts(toolCounts).join(", ")}.`
  const users = toolCounts.user === 0 ? "" : `The user ran ${formatCount(toolCounts.user, "command")}.`
  return [own, users].filter(Boolean).join(" ")
}

/** Expiry date of a share: `Until 3 December 2026`. */
export const expiryFact = (expires: string): HeaderFact => ({
  name: "Until",
  named: true,
  value: new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(expires)),
  time: expires.slice(0, 10),
})

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split(" ")

/** `3 Dec 2026, 14:05`, as Intl formats it for en-GB; loading Intl's locale data is slow. */
function formatDate(time: number): string {
  const date = new Date(time)
  const [hour, minute] = date.toISOString().slice(-13, -8).split(":")
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${hour}:${minute}`
}
