import { isNew } from "../diff/compose-patch.ts"
import type { ChangedTotal } from "../facts.ts"
import { count } from "../format.ts"
import type { StoredFile } from "../html/attachment.ts"
import { type Bounds, type Cut, clip, cut, fitting } from "../html/cut.ts"
import { coloured, textBytes, weighText } from "../html/weight.ts"
import { diff } from "../items/code-block.ts"
import { patchBounds } from "../items/step-blocks.ts"
import type { Change, ChangedFileView, ChangedView } from "../view.ts"
import { type ChangedFile, type ChangeHistory, FURTHER, type PromptRef } from "./change-history.ts"

/** The files that changed in a session, as far as one page shows them. */
export interface ChangesPage {
  /** This page's own name: `changes.html`, `changes-2.html`, … */
  path: string
  number: number
  /** Of these pages; undefined where there is none before or after. */
  previous: string | undefined
  next: string | undefined
  /** How many files there are on all of these pages; told on the first alone. */
  total: number
  /** The files with links to their places, on the first page alone; of very long names the first of them. */
  list: Change[]
  /** What has to be said of the whole. */
  notes: string[]
  files: ChangedFile[]
}

/** A page is full at this weight, of which so many characters are coloured. */
const FULL = { bytes: 220_000, elements: 4_500 }
const COLOURED = 24_000
/**
 * A list of more files than these has the first page for itself; for a shorter one, the same room is left whatever its
 * length. So no page that follows changes because a file has joined the list.
 */
const LIST = 50
const LIST_WEIGHT = { bytes: 24_000, elements: 6 * LIST, code: 0 }
/** So much of the names of many files is shown, in bytes. */
const NAMES = 100_000

/** The name of a page of changes, for a session whose pages' names begin with `stem`. */
const changesName = (stem: string, number: number): string =>
  `${stem === "" ? "" : `${stem}-`}changes${number === 1 ? "" : `-${number}`}.html`

/** The files that changed on pages of bounded weight, in their order. No page where nothing changed. */
export function changesPages(files: readonly ChangedFile[], stem: string, notes: string[] = []): ChangesPage[] {
  if (files.length === 0) return []
  const pages: ChangedFile[][] = [[]]
  let sum = { bytes: 0, elements: 0, code: 0 }
  const isOver = (share: number) => {
    const { bytes, elements } = coloured({ ...sum, code: Math.min(sum.code, COLOURED) })
    return bytes > FULL.bytes * share || elements > FULL.elements * share
  }
  // From half of it on, a page ends where a file says so, by its name: when a diff on an earlier page grows, later pages
  // end again where they did.
  const isFull = (next: ChangedFile) => isOver(1) || (isOver(0.5) && /[0-7]$/.test(next.anchor))
  const add = (own: typeof sum) => {
    sum = { bytes: sum.bytes + own.bytes, elements: sum.elements + own.elements, code: sum.code + own.code }
  }
  const isLong = files.length > LIST
  const listed = fitting(files, isLong ? NAMES : LIST_WEIGHT.bytes / 2, ({ path }) => path)
  if (isLong) pages.push([])
  else add(LIST_WEIGHT)
  for (const file of files) {
    const own = weightOf(file)
    add(own)
    const last = pages.at(-1) as ChangedFile[]
    if (isFull(file) && last.length > 0) {
      pages.push([file])
      sum = own
    } else last.push(file)
  }
  const name = (number: number) => (pages[number - 1] ? changesName(stem, number) : undefined)
  const list = pages
    .flatMap((files, i) => files.map((file) => changeOf(file, changesName(stem, i + 1))))
    .slice(0, listed.length)
  const unlisted = files.length - listed.length
  if (unlisted > 0) notes = [`${count(unlisted, "further file")} on the pages after this one.`, ...notes]
  return pages.map((own, i) => ({
    ...{ path: changesName(stem, i + 1), number: i + 1, previous: name(i), next: name(i + 2) },
    total: i === 0 ? files.length : 0,
    ...{ list: i === 0 ? list : [], notes: i === 0 ? notes : [], files: own },
  }))
}

function weightOf(file: ChangedFile): { bytes: number; elements: number; code: number } {
  const sum = { bytes: 600 + 2 * textBytes(file.path), elements: 24, code: 0 }
  sum.bytes += file.prompts.length * 120
  sum.elements += file.prompts.length
  for (const { patch, shown } of shownOf(file)) {
    // Where nothing was before, no words are marked.
    const { bytes, elements, code } = weighText(shown.head, isNew(patch) ? "code" : "patch")
    // Each line has its numbers, as attributes.
    sum.bytes += bytes + 200 + 26 * elements
    sum.elements += elements + 8
    sum.code += code
  }
  return sum
}

interface Shown {
  patch: string
  bounds: Bounds
  shown: Cut
}

/** What is shown of each of a file's diffs: asked for when its page is filled, when its files are listed, and when it is drawn. */
function shownOf({ diffs }: ChangedFile): Shown[] {
  let known = remembered.get(diffs)
  if (!known) {
    const bounds = patchBounds(diffs)
    known = diffs.map(({ patch }, i) => ({ patch, bounds: bounds[i]!, shown: cut(patch, bounds[i]!) }))
    remembered.set(diffs, known)
  }
  return known
}

const remembered = new WeakMap<ChangedFile["diffs"], Shown[]>()

function changeOf({ path, anchor, word, additions, deletions }: ChangedFile, page: string): Change {
  const slash = path.lastIndexOf("/") + 1
  const [folder, file] = [clip(path.slice(0, slash), 200), clip(path.slice(slash), 200)]
  return { href: `${page}#${anchor}`, folder, file, word, additions, deletions }
}

/** What is to be said of all that changed, a sentence each. */
export function notesOn({ further, files, fromCalls }: ChangeHistory): string[] {
  const notes: string[] = []
  const most = further.size >= FURTHER ? "at least " : ""
  if (further.size > 0) notes.push(`The diffs of ${most}${count(further.size, "further file")} are not kept here.`)
  const partly = [...files.values()].filter(({ lost }) => lost.changes > 0).length
  if (partly > 0)
    notes.push(`Of ${count(partly, "file")} not all diffs are kept here: there are too many of them in this session.`)
  if (fromCalls)
    notes.push("Some of this is told by the calls of tools that edit files; what commands changed is not in it.")
  return notes
}

/** A header names so many files. */
const NAMED = 12

/** What the header of a session's first page shows of what changed. */
export function headOfChanges(
  pages: readonly ChangesPage[],
  further: number,
): { changes: Change[]; allChanges: { href: string; label: string } | undefined; total: ChangedTotal | undefined } {
  const [first] = pages
  if (!first) return { changes: [], allChanges: undefined, total: undefined }
  const { list, path: href, total } = first
  const sum = (kind: "additions" | "deletions") =>
    pages.reduce((all, { files }) => files.reduce((some, file) => some + file[kind], all), 0)
  const files = total + further
  const more = further >= FURTHER
  const label = files > NAMED ? `all ${more ? "of over " : ""}${count(files, "file")}` : "the diffs"
  return {
    changes: list.slice(0, NAMED),
    allChanges: { href, label },
    total: { files, more, additions: sum("additions"), deletions: sum("deletions") },
  }
}

/** The whole texts behind what the pages show of a file's diffs. */
export function* filesOfChange(file: ChangedFile): Generator<StoredFile> {
  for (const { shown } of shownOf(file)) if (shown.whole) yield shown.whole
}

/** What a page shows of the files that changed, their diffs drawn. */
export async function changedView({ total, list, notes, files, path }: ChangesPage): Promise<ChangedView> {
  const budget = { left: COLOURED }
  const views: ChangedFileView[] = []
  for (const file of files) views.push(await fileView(file, path, budget))
  return { total, list, notes, files: views }
}

async function fileView(file: ChangedFile, page: string, budget: { left: number }): Promise<ChangedFileView> {
  const shown = shownOf(file)
  const blocks: ChangedFileView["diffs"] = []
  for (const [i, { patch, additions, deletions, prompts, anew }] of file.diffs.entries()) {
    if (patch === "") continue
    const note = file.diffs.length > 1 ? promptsInWords(prompts) : ""
    const block = await diff({ path: file.path, patch, additions, deletions }, note, budget, shown[i]?.bounds)
    // The section's heading names the file already.
    blocks.push({ block: { ...block, path: "" }, anew })
  }
  return {
    ...changeOf(file, page),
    ...{ anchor: file.anchor, from: file.from ?? "", prompts: file.prompts, morePrompts: file.morePrompts },
    remark: remarkOn(file, blocks.length),
    ...{ open: !file.isGone, diffs: blocks },
  }
}

function remarkOn({ lost, diffs, isUndone }: ChangedFile, shown: number): string {
  if (lost > 0) return `${count(lost, "change")}${shown > 0 ? " more" : ""}, counted only: the diffs are not kept here.`
  if (shown === 0) return isUndone ? "Nothing remains of the change." : "The session holds no lines of this change."
  return diffs.length > 1 ? "The file also changed in between, so its changes are shown one by one." : ""
}

function promptsInWords(prompts: readonly PromptRef[]): string {
  const [first, last] = [prompts[0], prompts.at(-1)]
  if (!first || !last) return "before the first prompt"
  if (first === last) return `in prompt ${first.number}`
  return `in prompts ${first.number} to ${last.number}`
}
