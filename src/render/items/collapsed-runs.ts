import { formatDuration } from "../format.ts"
import type { SafeHtml } from "../html/safe-html.ts"
import { clip } from "../html/truncate.ts"
import { describeCounts, type ToolCounts, zeroToolCounts } from "../tool-category.ts"
import type { PageEntry, PageItem, SentenceView } from "../view.ts"

/** An item with its markup. */
export interface RenderedItem<Item extends PageItem = PageItem> {
  item: Item
  markup: SafeHtml
}

type WorkItem = RenderedItem<Extract<PageItem, { kind: "step" | "reasoning" | "meta" }>>

const isWorkItem = (rendered: RenderedItem): rendered is WorkItem => {
  const { item } = rendered
  return (item.kind === "step" && item.step.category !== "user") || item.kind === "reasoning" || item.kind === "meta"
}

/**
 * Adds a summary line before each sequence of steps, which replaces them in the conversation view, and collapses runs
 * of read-only steps.
 */
export function collapseRuns(items: readonly RenderedItem[]): PageEntry[] {
  const collapsed: PageEntry[] = []
  let work: WorkItem[] = []
  const flush = () => {
    const sentence = summaryLine(work)
    if (sentence) collapsed.push(sentence)
    collapsed.push(...collapseWork(work))
    work = []
  }
  for (const item of items)
    if (isWorkItem(item)) work.push(item)
    else {
      flush()
      collapsed.push(itemEntry(item))
    }
  flush()
  return collapsed
}

const itemEntry = ({ markup }: RenderedItem): PageEntry => ({ kind: "item", markup })

/** A successful read-only step. Failures are never collapsed. */
const isReadOnlyStep = ({ item }: WorkItem): boolean =>
  item.kind === "step" &&
  (item.step.category === "read" || item.step.category === "search" || item.step.category === "list") &&
  item.step.tone === "plain"

function collapseWork(work: readonly WorkItem[]): PageEntry[] {
  const collapsed: PageEntry[] = []
  for (let at = 0; at < work.length; ) {
    const end = endOfRun(work, at)
    const members = work.slice(at, end)
    if (members.filter(isReadOnlyStep).length >= 2) collapsed.push(collapsedRun(members))
    else collapsed.push(...members.map(itemEntry))
    at = end
  }
  return collapsed
}

/** End of the run that begins at `start`: after its last step. Reasoning in between belongs to the run. */
function endOfRun(work: readonly WorkItem[], start: number): number {
  if (!isReadOnlyStep(work[start]!)) return start + 1
  let end = start + 1
  for (let at = end; at < work.length; at++)
    if (isReadOnlyStep(work[at]!)) end = at + 1
    else if (work[at]!.item.kind === "step") break
  return end
}

function collapsedRun(members: WorkItem[]): PageEntry {
  const { acts: toolCounts, took: stepsMs } = summarizeWork(members)
  return {
    kind: "run",
    moment: members[0]!.item.moment,
    gist: describeCounts(toolCounts).join(", "),
    steps: members.filter(isReadOnlyStep).length,
    duration: formatDuration(stepsMs || undefined),
    members: members.map(({ markup }) => markup),
  }
}

/** Links of each kind in a summary line. */
const MAX_LINKS = 6

interface WorkSummary {
  acts: ToolCounts
  /** Milliseconds spent in steps and in reasoning. */
  took: number
  reasoningMs: number
  /** Steps that edited a file (one per file), and failed ones. */
  edits: SentenceView["edits"]
  failures: SentenceView["failures"]
}

function summarizeWork(work: readonly WorkItem[]): WorkSummary {
  const summary: WorkSummary = { acts: zeroToolCounts(), took: 0, reasoningMs: 0, edits: [], failures: [] }
  const files = new Set<string>()
  for (const { item } of work) {
    if (item.kind === "reasoning") summary.reasoningMs += item.took
    if (item.kind !== "step") continue
    const { category, tone, verb, folder, object, took, outcome } = item.step
    // Questions and denied calls are shown in the conversation view themselves.
    if ((category === "ask" && tone !== "bad") || category === "denied") continue
    summary.took += took
    if (tone !== "bad") summary.acts[category]++
    else {
      summary.acts[category === "run" ? "run" : "failed"]++
      if (category === "run") summary.acts.failedRuns++
      summary.failures.push({ href: `#${item.anchor}`, verb, object: clip(folder + object, 80), outcome })
    }
    if (category !== "edit" || tone === "bad" || files.has(folder + object)) continue
    files.add(folder + object)
    summary.edits.push({ href: `#${item.anchor}`, label: object })
  }
  return summary
}

/** `Thought for 11 s, read 4 files, ran 2 commands (1 failed), edited retry.ts.`; files link to their steps. */
function summaryLine(work: readonly WorkItem[]): SentenceView | undefined {
  const { acts, reasoningMs, edits, failures } = summarizeWork(work)
  const placeholder = "\u0000"
  const words = describeCounts(acts, `edited ${placeholder}`)
  if (reasoningMs >= 1000) words.unshift(`thought for ${formatDuration(reasoningMs)}`)
  else if (words.length === 0 && work.some(({ item }) => item.kind === "reasoning")) words.push("thought")
  if (words.length === 0) return undefined
  const text = words.join(", ")
  const [before = "", after = ""] = `${text[0]!.toUpperCase()}${text.slice(1)}`.split(placeholder)
  const more = edits.length > MAX_LINKS ? ` and ${edits.length - MAX_LINKS} more` : ""
  return {
    kind: "sentence",
    moment: work[0]!.item.moment,
    before,
    edits: edits.slice(0, MAX_LINKS),
    after: more + after,
    failures: failures.slice(0, MAX_LINKS),
  }
}
