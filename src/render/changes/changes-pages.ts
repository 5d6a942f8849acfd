import { formatCount } from "../format.ts"
import type { StoredFile } from "../html/attachment.ts"
import { textBytes } from "../html/text-bytes.ts"
import { clip, type TruncatedText, type TruncationLimits, takeFitting, truncate } from "../html/truncate.ts"
import { diffBlock } from "../items/code-block.ts"
import { patchLimits } from "../items/step-blocks.ts"
import type { ChangeTotals } from "../session-stats.ts"
import type { ChangedFileView, ChangedView, ChangeLink } from "../view.ts"
import { type ChangedFile, type ChangeHistory, MAX_FURTHER_FILES, type PromptRef } from "./change-history.ts"

/** A page of changed files. */
export interface ChangesPage {
  /** File name: `changes.html`, `changes-2.html`, … */
  path: string
  number: number
  /** File names of the neighbours; undefined if there is none. */
  previous: string | undefined
  next: string | undefined
  /** Number of files on all of these pages; set on the first page only. */
  total: number
  /** Links to all files, on the first page only; as many as fit if names are very long. */
  list: ChangeLink[]
  /** Remarks on the changes as a whole. */
  notes: string[]
  files: ChangedFile[]
}

/**
 * Limits of a page: lines of diffs and bytes of their text, and highlighted characters. Each line has four elements at
 * most (see `diffBlock`), so that no page is too large. Pages end without being rendered, so that those of files that
 * have not changed need not be.
 */
const MAX_PAGE: DiffSize = { lines: 600, bytes: 120_000 }
const MAX_HIGHLIGHTED_CHARS = 24_000
/** Heading of a file. */
const FILE_SIZE: DiffSize = { lines: 6, bytes: 1_200 }

interface DiffSize {
  lines: number
  bytes: number
}
/**
 * A list of more files than this gets the first page for itself. For a shorter one, the same room is reserved whatever
 * its length, so that a further file does not move the boundaries of later pages.
 */
const MAX_INLINE_FILES = 50
const INLINE_LIST_SIZE: DiffSize = { lines: 100, bytes: 24_000 }
/** Limit of the names listed. */
const MAX_NAMES_BYTES = 100_000

/** File name of a page of changes; `stem` is the prefix of the session's pages. */
const changesPageName = (stem: string, number: number): string =>
  `${stem === "" ? "" : `${stem}-`}changes${number === 1 ? "" : `-${number}`}.html`

/** Distributes changed files over pages of bounded size, in order. No pages if nothing changed. */
export function changesPages(files: readonly ChangedFile[], stem: string, notes: string[] = []): ChangesPage[] {
  if (files.length === 0) return []
  const pages: ChangedFile[][] = [[]]
  let sum: DiffSize = { lines: 0, bytes: 0 }
  const isOver = (share: number) => sum.bytes > MAX_PAGE.bytes * share || sum.lines > MAX_PAGE.lines * share
  // Content-defined boundaries: from half its size on, a page ends before files with certain anchors. When an earlier
  // diff grows, later pages end where they did before.
  const isFull = (next: ChangedFile) => isOver(1) || (isOver(0.5) && /[0-7]$/.test(next.anchor))
  const add = ({ lines, bytes }: DiffSize) => {
    sum = { lines: sum.lines + lines, bytes: sum.bytes + bytes }
  }
  const isLong = files.length > MAX_INLINE_FILES
  const listed = takeFitting(files, isLong ? MAX_NAMES_BYTES : INLINE_LIST_SIZE.bytes / 2, ({ path }) => path)
  if (isLong) pages.push([])
  else add(INLINE_LIST_SIZE)
  for (const file of files) {
    const own = sizeOf(file)
    add(own)
    const last = pages.at(-1) as ChangedFile[]
    if (isFull(file) && last.length > 0) {
      pages.push([file])
      sum = own
    } else last.push(file)
  }
  const name = (number: number) => (pages[number - 1] ? changesPageName(stem, number) : undefined)
  const list = pages
    .flatMap((files, i) => files.map((file) => changeLink(file, changesPageName(stem, i + 1))))
    .slice(0, listed.length)
  const unlisted = files.length - listed.length
  if (unlisted > 0) notes = [`${formatCount(unlisted, "further file")} on the next pages.`, ...notes]
  return pages.map((own, i) => ({
    path: changesPageName(stem, i + 1),
    number: i + 1,
    previous: name(i),
    next: name(i + 2),
    total: i === 0 ? files.length : 0,
    list: i === 0 ? list : [],
    notes: i === 0 ? notes : [],
    files: own,
  }))
}

function sizeOf(file: ChangedFile): DiffSize {
  const size = { ...FILE_SIZE }
  size.bytes += 2 * textBytes(file.path) + file.prompts.length * 120
  for (const { shown } of shownDiffs(file)) {
    const text = `${shown.head}\n${shown.tail}`
    size.lines += text.split("\n").length + 4
    size.bytes += textBytes(text)
  }
  return size
}

interface ShownDiff {
  patch: string
  limits: TruncationLimits
  shown: TruncatedText
}

/** Truncated diffs of a file. Cached: needed for the page's size, for its files and for rendering. */
function shownDiffs({ diffs }: ChangedFile): ShownDiff[] {
  let cached = shownDiffsCache.get(diffs)
  if (!cached) {
    const limits = patchLimits(diffs)
    cached = diffs.map(({ patch }, i) => ({ patch, limits: limits[i]!, shown: truncate(patch, limits[i]!) }))
    shownDiffsCache.set(diffs, cached)
  }
  return cached
}

const shownDiffsCache = new WeakMap<ChangedFile["diffs"], ShownDiff[]>()

function changeLink({ path, anchor, outcome, additions, deletions }: ChangedFile, page: string): ChangeLink {
  const slash = path.lastIndexOf("/") + 1
  const [folder, file] = [clip(path.slice(0, slash), 200), clip(path.slice(slash), 200)]
  return { href: `${page}#${anchor}`, folder, file, word: outcome, additions, deletions }
}

/** Remarks on the changes as a whole, one sentence each. */
export function historyNotes({ furtherFiles, files, fromCalls }: ChangeHistory): string[] {
  const notes: string[] = []
  const most = furtherFiles.size >= MAX_FURTHER_FILES ? "at least " : ""
  if (furtherFiles.size > 0)
    notes.push(`The diffs of ${most}${formatCount(furtherFiles.size, "further file")} are not kept here.`)
  const partly = [...files.values()].filter(({ dropped }) => dropped.changes > 0).length
  if (partly > 0)
    notes.push(
      `Of ${formatCount(partly, "file")} not all diffs are kept here: there are too many of them in this session.`,
    )
  if (fromCalls) notes.push("Some changes are known from tool calls only; files changed by commands are missing.")
  return notes
}

/** Limit of files named in the header. */
const MAX_HEADER_FILES = 12

/** The header's summary of the changes, for the session's first page. */
export function changesHeader(
  pages: readonly ChangesPage[],
  further: number,
): { changes: ChangeLink[]; allChanges: { href: string; label: string } | undefined; total: ChangeTotals | undefined } {
  const [first] = pages
  if (!first) return { changes: [], allChanges: undefined, total: undefined }
  const { list, path: href, total } = first
  const sum = (kind: "additions" | "deletions") =>
    pages.reduce((all, { files }) => files.reduce((some, file) => some + file[kind], all), 0)
  const files = total + further
  const more = further >= MAX_FURTHER_FILES
  const label = files > MAX_HEADER_FILES ? `all ${more ? "of over " : ""}${formatCount(files, "file")}` : "the diffs"
  return {
    changes: list.slice(0, MAX_HEADER_FILES),
    allChanges: { href, label },
    total: { files, hasMore: more, additions: sum("additions"), deletions: sum("deletions") },
  }
}

/** Full texts of truncated diffs. */
export function* filesOfChange(file: ChangedFile): Generator<StoredFile> {
  for (const { shown } of shownDiffs(file)) if (shown.fullText) yield shown.fullText
}

/** View of a page: renders its diffs. */
export async function buildChangedView({ total, list, notes, files, path }: ChangesPage): Promise<ChangedView> {
  const budget = { charsLeft: MAX_HIGHLIGHTED_CHARS }
  const views: ChangedFileView[] = []
  for (const file of files) views.push(await buildFileView(file, path, budget))
  return { total, list, notes, files: views }
}

async function buildFileView(file: ChangedFile, page: string, budget: { charsLeft: number }): Promise<ChangedFileView> {
  const shown = shownDiffs(file)
  const blocks: ChangedFileView["diffs"] = []
  for (const [i, { patch, additions, deletions, prompts, isOverwrite }] of file.diffs.entries()) {
    if (patch === "") continue
    const note = file.diffs.length > 1 ? describePrompts(prompts) : ""
    const block = await diffBlock({ path: file.path, patch, additions, deletions }, note, budget, shown[i]?.limits)
    // The section's heading already names the file.
    blocks.push({ block: { ...block, path: "" }, isOverwrite })
  }
  return {
    ...changeLink(file, page),
    anchor: file.anchor,
    from: file.from ?? "",
    prompts: file.prompts,
    morePrompts: file.morePrompts,
    remark: [notesOf(file, blocks), remarkFor(file, blocks.length)].filter(Boolean).join(" "),
    open: !file.isGone,
    diffs: blocks,
  }
}

/** Facts that no shown diff states, as a sentence. */
function notesOf({ notes }: ChangedFile, blocks: ChangedFileView["diffs"]): string {
  const text = notes.filter((note) => !blocks.some(({ block }) => block.note.includes(note))).join("; ")
  return text === "" ? "" : clip(`${text[0]!.toUpperCase()}${text.slice(1)}.`, 600)
}

function remarkFor(file: ChangedFile, shown: number): string {
  const { droppedChanges, diffs, isUndone, outcome, additions, deletions, notes } = file
  if (droppedChanges > 0)
    return `${formatCount(droppedChanges, "change")}${shown > 0 ? " more" : ""}, counted only: the diffs are not kept here.`
  if (shown === 0 && notes.length > 0) return ""
  if (shown === 0 && outcome === "new" && additions + deletions === 0) return "The file is empty."
  if (shown === 0) return isUndone ? "Nothing remains of the change." : "The session has no diff of this change."
  return diffs.length > 1 ? "The file also changed in between, so its changes are shown one by one." : ""
}

function describePrompts(prompts: readonly PromptRef[]): string {
  const [first, last] = [prompts[0], prompts.at(-1)]
  if (!first || !last) return "before the first prompt"
  if (first === last) return `in prompt ${first.number}`
  return `in prompts ${first.number} to ${last.number}`
}
