import type { FileDiff, Message, SessionInfo } from "../session/model.ts"
import { clip } from "./cut.ts"
import { isPrompt, toolsOf } from "./items.ts"
import { type Change, count, type Fact, formatDuration } from "./view.ts"

/** What is known of a session once all of its messages have passed: the facts of its header. Bounded in size. */
export interface Facts {
  prompts: number
  answers: number
  models: string[]
  agents: string[]
  tokensIn: number
  tokensOut: number
  cost: number
  began: number | undefined
  ended: number | undefined
  steps: {
    looked: number
    ran: number
    failedRuns: number
    edited: number
    asked: number
    delegated: number
    planned: number
    other: number
    /** Of whatever kind, commands apart. */
    failed: number
  }
  /** By file, the latest of each prompt summed up. */
  changes: Map<string, FileDiff>
  /** More files changed than are named. */
  moreChanges: boolean
}

export const noFacts = (): Facts => ({
  prompts: 0,
  answers: 0,
  models: [],
  agents: [],
  tokensIn: 0,
  tokensOut: 0,
  cost: 0,
  began: undefined,
  ended: undefined,
  steps: { looked: 0, ran: 0, failedRuns: 0, edited: 0, asked: 0, delegated: 0, planned: 0, other: 0, failed: 0 },
  changes: new Map(),
  moreChanges: false,
})

/** How many changed files a header names. */
const MOST_CHANGES = 500

/** Adds what a message tells. */
export function addFacts(facts: Facts, message: Message): void {
  facts.began ??= message.created
  if (message.created !== undefined) facts.ended = Math.max(facts.ended ?? 0, message.created)
  if (message.role === "user") {
    if (isPrompt(message)) facts.prompts++
    for (const diff of message.diffs) addChange(facts, diff)
  }
  if (message.role !== "assistant") return
  facts.answers++
  facts.tokensIn += message.tokens.input + message.tokens.cacheRead + message.tokens.cacheWrite
  facts.tokensOut += message.tokens.output + message.tokens.reasoning
  facts.cost += message.cost
  if (message.completed !== undefined) facts.ended = Math.max(facts.ended ?? 0, message.completed)
  remember(facts.models, message.model)
  if (!message.compaction) remember(facts.agents, message.agent)
  for (const { call, status } of toolsOf(message)) {
    const { steps } = facts
    const dismissed = call.kind === "question" && call.dismissed
    if (call.kind === "invalid" || (status === "error" && call.kind !== "bash" && !dismissed)) steps.failed++
    else if (call.kind === "read" || call.kind === "search" || call.kind === "webfetch" || call.kind === "websearch")
      steps.looked++
    else if (call.kind === "write" || call.kind === "edit" || call.kind === "apply_patch") steps.edited++
    else if (call.kind === "question") steps.asked++
    else if (call.kind === "task") steps.delegated++
    else if (call.kind === "bash") {
      steps.ran++
      if (
        status === "error" ||
        call.ending === "timed-out" ||
        call.ending === "aborted" ||
        (typeof call.exit === "number" && call.exit !== 0)
      )
        steps.failedRuns++
    } else if (call.kind === "todowrite") steps.planned++
    else steps.other++
  }
}

function addChange(facts: Facts, diff: FileDiff): void {
  const before = facts.changes.get(diff.file)
  if (!before && facts.changes.size >= MOST_CHANGES) {
    facts.moreChanges = true
    return
  }
  const { file, additions, deletions, status } = diff
  // Added first and then modified is still a new file.
  const now = before?.status === "added" && status === "modified" ? "added" : status
  facts.changes.set(file, {
    file,
    patch: "",
    additions: additions + (before?.additions ?? 0),
    deletions: deletions + (before?.deletions ?? 0),
    status: now,
  })
}

function remember(list: string[], name: string | undefined): void {
  const short = name && clip(name, 100)
  if (short && list.length < 20 && !list.includes(short)) list.push(short)
}

/** The facts of a header, each with a name. */
export function factsInWords(facts: Facts, info: SessionInfo): Fact[] {
  const { prompts, answers, models, agents, tokensIn, tokensOut, cost, began, ended } = facts
  const list: Fact[] = []
  const start = began ?? info.created
  if (start !== undefined && Math.abs(start) <= 8.64e15) list.push({ name: "Date", value: dateInWords(start) })
  if (began !== undefined && ended !== undefined && ended > began)
    list.push({ name: "Duration", value: formatDuration(ended - began) })
  if (models[0])
    list.push({
      name: models.length > 1 ? "Models" : "Model",
      value: models[0],
      ...(models.length > 1 && { more: `+${models.length - 1}` }),
    })
  if (agents[0]) list.push({ name: agents.length > 1 ? "Agents" : "Agent", value: agents.slice(0, 3).join(", ") })
  list.push({ name: "Messages", value: `${prompts} asked, ${answers} answered` })
  if (tokensIn + tokensOut > 0)
    list.push({ name: "Tokens", value: `${shortNumber(tokensIn)} in, ${shortNumber(tokensOut)} out` })
  if (cost > 0) list.push({ name: "Cost", value: `$${cost.toFixed(cost < 0.1 ? 3 : 2)}` })
  return list
}

/** What was done, in a sentence: `12 steps: looked 5 times, ran 4 commands (1 failed), edited 3 times.` */
export function doneInWords({ steps }: Facts): string {
  const { looked, ran, failedRuns, edited, asked, delegated, planned, other, failed } = steps
  const times = (n: number) => (n === 1 ? "once" : n === 2 ? "twice" : `${n} times`)
  const parts = [
    looked && `looked ${times(looked)}`,
    ran && `ran ${count(ran, "command")}${failedRuns ? ` (${failedRuns} failed)` : ""}`,
    edited && `edited ${times(edited)}`,
    asked && `asked ${times(asked)}`,
    delegated && `delegated ${times(delegated)}`,
    planned && `planned ${times(planned)}`,
    other && `did ${count(other, "other thing")}`,
    failed && `failed ${times(failed)}`,
  ].filter(Boolean)
  const all = looked + ran + edited + asked + delegated + planned + other + failed
  return all === 0 ? "" : `${count(all, "step")}: ${parts.join(", ")}.`
}

export const changesInWords = ({ changes }: Facts): Change[] =>
  [...changes.values()].map(({ file, additions, deletions, status }) => {
    const slash = file.lastIndexOf("/") + 1
    return { folder: clip(file.slice(0, slash), 200), file: clip(file.slice(slash), 200), additions, deletions, status }
  })

const dateInWords = (time: number) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(time)

const shortNumber = (n: number) =>
  n < 1000
    ? String(n)
    : n < 999_500
      ? `${(n / 1000).toPrecision(3).replace(/\.0+$/, "")}k`
      : `${(n / 1e6).toPrecision(3)}M`
