import { formatDuration } from "../format.ts"
import { clip } from "../html/cut.ts"
import { html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import { describeCounts, type ToolCounts, zeroToolCounts } from "../tool-category.ts"
import type { PageItem } from "../view.ts"

type Work = Extract<PageItem, { kind: "step" | "reasoning" | "meta" }>

const isWork = (item: PageItem): item is Work =>
  item.kind === "step" || item.kind === "reasoning" || item.kind === "meta"

/**
 * A page's items as a reader meets them: each row of steps is preceded by a sentence that stands for it where only the
 * conversation is read, and within it, steps that only looked around are folded into runs.
 */
export function foldRuns(items: readonly PageItem[]): PageItem[] {
  const folded: PageItem[] = []
  let work: Work[] = []
  const flush = () => {
    const sentence = sentenceOf(work)
    if (sentence) folded.push(sentence)
    folded.push(...runsOf(work))
    work = []
  }
  for (const item of items)
    if (isWork(item)) work.push(item)
    else {
      flush()
      folded.push(item)
    }
  flush()
  return folded
}

/** Something that only looked around, and did find what it was looking for: a failure is never folded. */
const looksAround = (item: Work): boolean =>
  item.kind === "step" &&
  (item.step.act === "read" || item.step.act === "search" || item.step.act === "list") &&
  item.step.tone === "plain"

function runsOf(work: readonly Work[]): PageItem[] {
  const folded: PageItem[] = []
  for (let at = 0; at < work.length; ) {
    const end = endOfRun(work, at)
    const members = work.slice(at, end)
    if (members.filter(looksAround).length >= 2) folded.push(runOf(members))
    else folded.push(...members)
    at = end
  }
  return folded
}

/** Where the run that begins here ends: after its last step. What was thought in between belongs to it. */
function endOfRun(work: readonly Work[], start: number): number {
  if (!looksAround(work[start]!)) return start + 1
  let end = start + 1
  for (let at = end; at < work.length; at++)
    if (looksAround(work[at]!)) end = at + 1
    else if (work[at]!.kind === "step") break
  return end
}

function runOf(members: Work[]): PageItem {
  const { acts, took } = sumOf(members)
  const first = members[0]!
  return {
    kind: "run",
    anchor: "",
    moment: first.moment,
    gist: describeCounts(acts).join(", "),
    steps: members.filter(looksAround).length,
    duration: formatDuration(took || undefined),
    items: members,
  }
}

interface Sum {
  acts: ToolCounts
  /** Milliseconds of steps, and of reasoning. */
  took: number
  thought: number
  /** Links to the steps that edited a file, each file once, and to those that failed. */
  edited: SafeHtml[]
  failed: SafeHtml[]
}

function sumOf(work: readonly Work[]): Sum {
  const sum: Sum = { acts: zeroToolCounts(), took: 0, thought: 0, edited: [], failed: [] }
  const files = new Set<string>()
  for (const item of work) {
    if (item.kind === "reasoning") sum.thought += item.took
    if (item.kind !== "step") continue
    const { act, tone, verb, folder, object, took, outcome } = item.step
    // A question stands in the conversation itself.
    if (act === "ask" && tone !== "bad") continue
    sum.took += took
    if (tone !== "bad") sum.acts[act]++
    else {
      sum.acts[act === "run" ? "run" : "failed"]++
      if (act === "run") sum.acts.failedRuns++
      sum.failed.push(
        html` <a href="#${item.anchor}">✕ ${verb} <code>${clip(folder + object, 80)}</code>, ${outcome}</a>`,
      )
    }
    if (act !== "edit" || tone === "bad" || files.has(folder + object)) continue
    files.add(folder + object)
    sum.edited.push(html`<a href="#${item.anchor}">${object}</a>`)
  }
  return sum
}

/** `Thought for 11 s, read 4 files, ran 2 commands (1 failed), edited retry.ts.`, the file being a link to the step. */
function sentenceOf(work: readonly Work[]): PageItem | undefined {
  const { acts, thought, edited, failed } = sumOf(work)
  const mark = "\u0000"
  const words = describeCounts(acts, `edited ${mark}`)
  if (thought >= 1000) words.unshift(`thought for ${formatDuration(thought)}`)
  else if (words.length === 0 && work.some(({ kind }) => kind === "reasoning")) words.push("thought")
  if (words.length === 0) return undefined
  const text = words.join(", ")
  const [before = "", after = ""] = `${text[0]!.toUpperCase()}${text.slice(1)}`.split(mark)
  const files = joinHtml(edited.slice(0, 6).flatMap((file, i) => (i === 0 ? [file] : [html`, ${file}`])))
  const more = edited.length > 6 ? ` and ${edited.length - 6} more` : ""
  const body = html`${before}${files}${more}${after}${failed.slice(0, 6)}`
  return { kind: "sentence", anchor: "", moment: work[0]!.moment, body }
}
