import { formatDuration } from "../format.ts"
import { html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import { clip } from "../html/truncate.ts"
import { describeCounts, type ToolCounts, zeroToolCounts } from "../tool-category.ts"
import type { PageItem } from "../view.ts"

type WorkItem = Extract<PageItem, { kind: "step" | "reasoning" | "meta" }>

const isWorkItem = (item: PageItem): item is WorkItem =>
  (item.kind === "step" && item.step.category !== "user") || item.kind === "reasoning" || item.kind === "meta"

/**
 * Adds a summary line before each sequence of steps, which replaces them in the conversation view, and collapses runs
 * of read-only steps.
 */
export function collapseRuns(items: readonly PageItem[]): PageItem[] {
  const collapsed: PageItem[] = []
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
      collapsed.push(item)
    }
  flush()
  return collapsed
}

/** A successful read-only step. Failures are never collapsed. */
const isReadOnlyStep = (item: WorkItem): boolean =>
  item.kind === "step" &&
  (item.step.category === "read" || item.step.category === "search" || item.step.category === "list") &&
  item.step.tone === "plain"

function collapseWork(work: readonly WorkItem[]): PageItem[] {
  const collapsed: PageItem[] = []
  for (let at = 0; at < work.length; ) {
    const end = endOfRun(work, at)
    const members = work.slice(at, end)
    if (members.filter(isReadOnlyStep).length >= 2) collapsed.push(collapsedRun(members))
    else collapsed.push(...members)
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
    else if (work[at]!.kind === "step") break
  return end
}

function collapsedRun(members: WorkItem[]): PageItem {
  const { acts: toolCounts, took: stepsMs } = summarizeWork(members)
  const first = members[0]!
  return {
    kind: "run",
    anchor: "",
    moment: first.moment,
    gist: describeCounts(toolCounts).join(", "),
    steps: members.filter(isReadOnlyStep).length,
    duration: formatDuration(stepsMs || undefined),
    items: members,
  }
}

interface WorkSummary {
  acts: ToolCounts
  /** Milliseconds spent in steps and in reasoning. */
  took: number
  reasoningMs: number
  /** Links to steps that edited a file (one per file) and to failed steps. */
  editLinks: SafeHtml[]
  failureLinks: SafeHtml[]
}

function summarizeWork(work: readonly WorkItem[]): WorkSummary {
  const summary: WorkSummary = { acts: zeroToolCounts(), took: 0, reasoningMs: 0, editLinks: [], failureLinks: [] }
  const files = new Set<string>()
  for (const item of work) {
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
      summary.failureLinks.push(
        html` <a href="#${item.anchor}">✕ ${verb} <code>${clip(folder + object, 80)}</code>, ${outcome}</a>`,
      )
    }
    if (category !== "edit" || tone === "bad" || files.has(folder + object)) continue
    files.add(folder + object)
    summary.editLinks.push(html`<a href="#${item.anchor}">${object}</a>`)
  }
  return summary
}

/** `Thought for 11 s, read 4 files, ran 2 commands (1 failed), edited retry.ts.`; files link to their steps. */
function summaryLine(work: readonly WorkItem[]): PageItem | undefined {
  const { acts, reasoningMs, editLinks, failureLinks } = summarizeWork(work)
  const placeholder = "\u0000"
  const words = describeCounts(acts, `edited ${placeholder}`)
  if (reasoningMs >= 1000) words.unshift(`thought for ${formatDuration(reasoningMs)}`)
  else if (words.length === 0 && work.some(({ kind }) => kind === "reasoning")) words.push("thought")
  if (words.length === 0) return undefined
  const text = words.join(", ")
  const [before = "", after = ""] = `${text[0]!.toUpperCase()}${text.slice(1)}`.split(placeholder)
  const files = joinHtml(editLinks.slice(0, 6).flatMap((file, i) => (i === 0 ? [file] : [html`, ${file}`])))
  const more = editLinks.length > 6 ? ` and ${editLinks.length - 6} more` : ""
  const body = html`${before}${files}${more}${after}${failureLinks.slice(0, 6)}`
  return { kind: "sentence", anchor: "", moment: work[0]!.moment, body }
}
