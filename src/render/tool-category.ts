import { formatCount, groupThousands } from "./format.ts"

/** Purpose of a tool call. */
export type ToolCategory =
  | "read"
  | "search"
  | "list"
  | "fetch"
  | "run"
  | "edit"
  | "ask"
  | "delegate"
  | "plan"
  | "other"
  /** Not run, because the user or a rule did not allow it. */
  | "denied"
  /** A command of the user's. */
  | "user"

/** Successful calls per category; `failedRuns` counts the failed commands in `run`, `failed` all other failed calls. */
export type ToolCounts = Record<ToolCategory | "failed" | "failedRuns", number>

export const zeroToolCounts = (): ToolCounts => ({
  read: 0,
  search: 0,
  list: 0,
  fetch: 0,
  run: 0,
  edit: 0,
  ask: 0,
  delegate: 0,
  plan: 0,
  other: 0,
  denied: 0,
  user: 0,
  failed: 0,
  failedRuns: 0,
})

/** Number of the agent's steps. */
export const totalSteps = (counts: ToolCounts): number =>
  Object.entries(counts).reduce((sum, [name, n]) => (name === "failedRuns" || name === "user" ? sum : sum + n), 0)

const times = (n: number) => (n === 1 ? "once" : n === 2 ? "twice" : `${groupThousands(n)} times`)

/**
 * Phrases with reads, searches, lists and fetches summed: `looked 5 times`, `ran 4 commands (1 failed)`, `edited 3
 * times`.
 */
export function summarizeCounts(counts: ToolCounts): string[] {
  const lookedCount = counts.read + counts.search + counts.list + counts.fetch
  return [
    lookedCount > 0 ? `looked ${times(lookedCount)}` : "",
    ...describeWork(counts, `edited ${times(counts.edit)}`),
  ].filter(Boolean)
}

/** Phrases per category: `read 4 files`, `searched twice`. `edited` replaces the phrase for edits. */
export function describeCounts(counts: ToolCounts, edited = `edited ${times(counts.edit)}`): string[] {
  const { read, search, list, fetch } = counts
  return [
    read > 0 ? `read ${formatCount(read, "file")}` : "",
    search > 0 ? `searched ${times(search)}` : "",
    list > 0 ? `listed ${formatCount(list, "folder")}` : "",
    fetch > 0 ? `fetched ${formatCount(fetch, "page")}` : "",
    ...describeWork(counts, edited),
  ].filter(Boolean)
}

function describeWork(
  { run, failedRuns, edit, ask, delegate, plan, other, denied, failed }: ToolCounts,
  edited: string,
): string[] {
  return [
    run > 0 ? `ran ${formatCount(run, "command")}${failedRuns > 0 ? ` (${failedRuns} failed)` : ""}` : "",
    edit > 0 ? edited : "",
    ask > 0 ? `asked ${times(ask)}` : "",
    delegate > 0 ? `delegated ${times(delegate)}` : "",
    plan > 0 ? `planned ${times(plan)}` : "",
    other > 0 ? `did ${formatCount(other, "other thing")}` : "",
    denied > 0 ? `was denied ${formatCount(denied, "call")}` : "",
    failed > 0 ? `failed ${times(failed)}` : "",
  ]
}
