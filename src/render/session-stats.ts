import { isUserCommand, type Message, type SessionInfo } from "../session/model.ts"
import { formatCompact, formatCost, formatCount, formatDuration } from "./format.ts"
import { clip } from "./html/truncate.ts"
import { isPrompt, toolsOf } from "./message-fragment.ts"
import { summarizeCounts, type ToolCounts, totalSteps, zeroToolCounts } from "./tool-category.ts"
import { countTool } from "./tools/count-tool.ts"
import type { HeaderFact } from "./view.ts"

/** Statistics of a session, shown in its header once all messages are read. Bounded in size. */
export interface SessionStats {
  prompts: number
  answers: number
  models: string[]
  agents: string[]
  inputTokens: number
  outputTokens: number
  cost: number
  startedAt: number | undefined
  endedAt: number | undefined
  toolCounts: ToolCounts
}

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
  inputTokens: 0,
  outputTokens: 0,
  cost: 0,
  startedAt: undefined,
  endedAt: undefined,
  toolCounts: zeroToolCounts(),
})

/** Adds a message's data to the statistics. */
export function addToStats(stats: SessionStats, message: Message): void {
  stats.startedAt ??= message.created
  if (message.created !== undefined) stats.endedAt = Math.max(stats.endedAt ?? 0, message.created)
  if (isPrompt(message)) stats.prompts++
  for (const part of toolsOf(message)) countTool(stats.toolCounts, part)
  if (message.role !== "assistant" || isUserCommand(message)) return
  stats.answers++
  stats.inputTokens += message.tokens.input + message.tokens.cacheRead + message.tokens.cacheWrite
  stats.outputTokens += message.tokens.output + message.tokens.reasoning
  stats.cost += message.cost
  if (message.completed !== undefined) stats.endedAt = Math.max(stats.endedAt ?? 0, message.completed)
  addUnique(stats.models, message.model)
  if (!message.compaction) addUnique(stats.agents, message.agent)
}

function addUnique(list: string[], name: string | undefined): void {
  const short = name && clip(name, 100)
  if (short && list.length < 20 && !list.includes(short)) list.push(short)
}

/** Facts of the page header, each with a name. */
export function headerFacts(stats: SessionStats, info: SessionInfo, changed?: ChangeTotals | undefined): HeaderFact[] {
  const { prompts, answers, models, agents, inputTokens, outputTokens, cost, startedAt, endedAt } = stats
  const list: HeaderFact[] = []
  const start = startedAt ?? info.created
  if (start !== undefined && Math.abs(start) <= 8.64e15) list.push({ name: "Date", value: formatDate(start) })
  if (startedAt !== undefined && endedAt !== undefined && endedAt > startedAt)
    list.push({ name: "Duration", value: formatDuration(endedAt - startedAt) })
  if (models[0])
    list.push({
      name: models.length > 1 ? "Models" : "Model",
      value: models[0],
      ...(models.length > 1 && { more: `+${models.length - 1}` }),
    })
  if (agents[0]) list.push({ name: agents.length > 1 ? "Agents" : "Agent", value: agents.slice(0, 3).join(", ") })
  list.push({ name: "Messages", value: `${prompts} asked, ${answers} answered` })
  if (inputTokens + outputTokens > 0)
    list.push({ name: "Tokens", value: `${formatCompact(inputTokens)} in, ${formatCompact(outputTokens)} out` })
  if (cost > 0) list.push({ name: "Cost", value: formatCost(cost) })
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
