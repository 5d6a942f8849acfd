import type { FileDiff, Message, SessionInfo } from "../session/model.ts"
import { type Acts, actsInWords, addAct, noActs, stepsOf } from "./acts.ts"
import { clip } from "./cut.ts"
import { isPrompt, toolsOf } from "./items.ts"
import { type Change, count, type Fact, formatCost, formatDuration, shortNumber } from "./view.ts"

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
  acts: Acts
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
  acts: noActs(),
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
  for (const part of toolsOf(message)) addAct(facts.acts, part)
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
  const { prompts, answers, models, agents, tokensIn, tokensOut, cost, began, ended, changes, moreChanges } = facts
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
  if (cost > 0) list.push({ name: "Cost", value: formatCost(cost) })
  if (changes.size > 0) {
    const lines = { additions: 0, deletions: 0 }
    for (const { additions, deletions } of changes.values()) {
      lines.additions += additions
      lines.deletions += deletions
    }
    list.push({ name: "Changed", value: `${moreChanges ? "over " : ""}${count(changes.size, "file")}`, lines })
  }
  return list
}

/** What was done, in a sentence: `12 steps: looked 5 times, ran 4 commands (1 failed), edited 3 times.` */
export function doneInWords({ acts }: Facts): string {
  const steps = stepsOf(acts)
  return steps === 0 ? "" : `${count(steps, "step")}: ${actsInWords(acts).join(", ")}.`
}

export const changesInWords = ({ changes }: Facts): Change[] =>
  [...changes.values()].map(({ file, additions, deletions, status }) => {
    const slash = file.lastIndexOf("/") + 1
    return { folder: clip(file.slice(0, slash), 200), file: clip(file.slice(slash), 200), additions, deletions, status }
  })

const dateInWords = (time: number) =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(time)
