import type { Message, SessionInfo } from "../session/model.ts"
import { type Acts, actsInWords, addAct, noActs, stepsOf } from "./acts.ts"
import { count, formatCost, formatDuration, shortNumber } from "./format.ts"
import { clip } from "./html/cut.ts"
import { isPrompt, toolsOf } from "./piece.ts"
import type { Fact } from "./view.ts"

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
}

/** How many files changed in a session, and the lines in them. */
export interface ChangedTotal {
  files: number
  /** There may be more. */
  more: boolean
  additions: number
  deletions: number
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
})

/** Adds what a message tells. */
export function addFacts(facts: Facts, message: Message): void {
  facts.began ??= message.created
  if (message.created !== undefined) facts.ended = Math.max(facts.ended ?? 0, message.created)
  if (isPrompt(message)) facts.prompts++
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

function remember(list: string[], name: string | undefined): void {
  const short = name && clip(name, 100)
  if (short && list.length < 20 && !list.includes(short)) list.push(short)
}

/** The facts of a header, each with a name. */
export function factsInWords(facts: Facts, info: SessionInfo, changed?: ChangedTotal | undefined): Fact[] {
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
  if (cost > 0) list.push({ name: "Cost", value: formatCost(cost) })
  if (changed) {
    const { files, more, additions, deletions } = changed
    list.push({
      ...{ name: "Changed", value: `${more ? "over " : ""}${count(files, "file")}` },
      lines: { additions, deletions },
    })
  }
  return list
}

/** What was done, in a sentence: `12 steps: looked 5 times, ran 4 commands (1 failed), edited 3 times.` */
export function doneInWords({ acts }: Facts): string {
  const steps = stepsOf(acts)
  return steps === 0 ? "" : `${count(steps, "step")}: ${actsInWords(acts).join(", ")}.`
}

/** When a share ends: `Until 3 December 2026`. */
export const untilInWords = (expires: string): Fact => ({
  name: "Until",
  named: true,
  value: new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(new Date(expires)),
  time: expires.slice(0, 10),
})

const months = "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec".split(" ")

/** `3 Dec 2026, 14:05`, as Intl has it for en-GB, which takes long to load. */
function dateInWords(time: number): string {
  const date = new Date(time)
  const [hour, minute] = date.toISOString().slice(-13, -8).split(":")
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${hour}:${minute}`
}
