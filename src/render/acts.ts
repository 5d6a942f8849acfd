import type { ToolPart } from "../session/model.ts"
import { count, grouped } from "./format.ts"

/** What a tool call was for. */
export type Act = "read" | "search" | "list" | "fetch" | "run" | "edit" | "ask" | "delegate" | "plan" | "other"

/** How often each was done, and how often in vain. */
export type Acts = Record<Act | "failed" | "failedRuns", number>

export const noActs = (): Acts => ({
  ...{ read: 0, search: 0, list: 0, fetch: 0, run: 0, edit: 0, ask: 0, delegate: 0, plan: 0, other: 0 },
  ...{ failed: 0, failedRuns: 0 },
})

const acts: Record<ToolPart["call"]["kind"], Act> = {
  bash: "run",
  read: "read",
  search: "search",
  webfetch: "fetch",
  websearch: "search",
  write: "edit",
  edit: "edit",
  apply_patch: "edit",
  question: "ask",
  task: "delegate",
  todowrite: "plan",
  skill: "other",
  invalid: "other",
  generic: "other",
}

export const actOf = ({ call }: ToolPart): Act =>
  call.kind === "search" && call.by === "list" ? "list" : acts[call.kind]

/** Whether a call did not do what it was meant to. A question that was waved away is no failure. */
export function hasFailed({ call, status }: ToolPart): boolean {
  if (call.kind === "invalid") return true
  if (call.kind === "question" && call.dismissed) return false
  if (status === "error") return true
  if (call.kind !== "bash") return false
  return call.ending === "timed-out" || call.ending === "aborted" || (typeof call.exit === "number" && call.exit !== 0)
}

/** Counts a call: a command always as one, any other that failed as a failure only. */
export function addAct(counted: Acts, part: ToolPart): void {
  const act = actOf(part)
  if (!hasFailed(part)) counted[act]++
  else if (act === "run") {
    counted.run++
    counted.failedRuns++
  } else counted.failed++
}

export const stepsOf = (counted: Acts): number =>
  Object.entries(counted).reduce((sum, [name, n]) => (name === "failedRuns" ? sum : sum + n), 0)

const times = (n: number) => (n === 1 ? "once" : n === 2 ? "twice" : `${grouped(n)} times`)

/** What was done, with looking around in one: `looked 5 times`, `ran 4 commands (1 failed)`, `edited 3 times`. */
export function actsInWords(counted: Acts): string[] {
  const looked = counted.read + counted.search + counted.list + counted.fetch
  return [looked > 0 ? `looked ${times(looked)}` : "", ...workInWords(counted, `edited ${times(counted.edit)}`)].filter(
    Boolean,
  )
}

/** The same with what was looked at: `read 4 files`, `searched twice`. `edited` says what was edited. */
export function actsInDetail(counted: Acts, edited = `edited ${times(counted.edit)}`): string[] {
  const { read, search, list, fetch } = counted
  return [
    read > 0 ? `read ${count(read, "file")}` : "",
    search > 0 ? `searched ${times(search)}` : "",
    list > 0 ? `listed ${count(list, "folder")}` : "",
    fetch > 0 ? `fetched ${count(fetch, "page")}` : "",
    ...workInWords(counted, edited),
  ].filter(Boolean)
}

function workInWords({ run, failedRuns, edit, ask, delegate, plan, other, failed }: Acts, edited: string): string[] {
  return [
    run > 0 ? `ran ${count(run, "command")}${failedRuns > 0 ? ` (${failedRuns} failed)` : ""}` : "",
    edit > 0 ? edited : "",
    ask > 0 ? `asked ${times(ask)}` : "",
    delegate > 0 ? `delegated ${times(delegate)}` : "",
    plan > 0 ? `planned ${times(plan)}` : "",
    other > 0 ? `did ${count(other, "other thing")}` : "",
    failed > 0 ? `failed ${times(failed)}` : "",
  ]
}
