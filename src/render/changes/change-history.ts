import { createHash } from "node:crypto"
import type { FileDiff, Message } from "../../session/model.ts"
import { type Comparisons, composePatches, isNew, linesChanged, tidyPatch } from "../diff/compose-patch.ts"
import { changesOfCalls, changesOfDiffs, type FileChange } from "./file-changes.ts"

/** A prompt, as the changes name it that were made for it. */
export interface PromptRef {
  /** Where on the pages it stands: `index.html#msg_…` */
  href: string
  number: number
}

/** What changed in a session, file by file in the order in which they first changed. Bounded in size. */
export interface ChangeHistory {
  files: Map<string, FileHistory>
  /** Further files that changed, of which only that is known: a short hash of the path of each. */
  further: Set<string>
  /** Some of it is told by the calls of tools alone. */
  fromCalls: boolean
  /** The last user message brought diffs: then the calls after it say nothing new. */
  told: boolean
  /** Characters of diffs that may still be kept, and of which composing may still read. */
  left: number
  work: number
}

interface FileHistory {
  path: string
  from: string | undefined
  /** Diffs that lead one to the next are one; where they do not meet, another begins. */
  stretches: Stretch[]
  prompts: PromptRef[]
  morePrompts: number
  first: FileDiff["status"]
  last: FileDiff["status"]
  /** Of diffs that are not kept. */
  lost: { changes: number; additions: number; deletions: number }
}

interface Stretch {
  patch: string
  additions: number
  deletions: number
  changes: number
  /** Lines are told of a change in it, though in the end nothing may remain of them. */
  hasLines: boolean
  prompts: PromptRef[]
  anew: boolean
}

/** A file that changed, with the sum of its changes. */
export interface ChangedFile {
  /** What its place is called in links. Made from the path. */
  anchor: string
  /** The path; of a very long one its end. */
  path: string
  from: string | undefined
  /** What became of it, in a word or two; "" if its text changed, and no more. */
  word: string
  isGone: boolean
  /** In the end, nothing about it has changed. */
  isUndone: boolean
  additions: number
  deletions: number
  prompts: PromptRef[]
  morePrompts: number
  /** Unified diffs with three lines around each place; several where one does not lead to the next. */
  diffs: { patch: string; additions: number; deletions: number; prompts: PromptRef[]; anew: boolean }[]
  /** So many changes are only counted. */
  lost: number
}

const FILES = 500
/** So many further files are told apart. */
export const FURTHER = 10_000
const STRETCHES = 20
const PROMPTS = 40
/** In characters: what all diffs take together, from where on only what is around changes is kept, and sums are not made. */
const KEPT = 16_000_000
const WHOLE = 200_000
const COMPOSED = 1_000_000
const WORK = 256_000_000
/** Lines that are compared anew, of the sums of all files together. */
const COMPARED = 200_000

export const noChanges = (): ChangeHistory => ({
  ...{ files: new Map(), further: new Set(), fromCalls: false, told: false },
  ...{ left: KEPT, work: WORK },
})

/**
 * Adds what changed with a message: a user message brings the diffs of all that was done for it; where it has none (the
 * session is still going on, the folder is not in a repository, or the client was an older one), the calls after it tell.
 * @param prompt what it was done for, if there was a prompt yet
 * @param directory the session's folder: paths below it are shown from there
 */
export async function addChanges(
  history: ChangeHistory,
  message: Message,
  prompt: PromptRef | undefined,
  directory: string,
): Promise<void> {
  if (message.role === "user") {
    history.told = message.diffs.length > 0
    for (const change of changesOfDiffs(message.diffs)) await addChange(history, change, prompt)
  } else if (!history.told)
    for (const change of changesOfCalls(message, directory)) {
      history.fromCalls = true
      await addChange(history, change, prompt)
    }
}

async function addChange(history: ChangeHistory, change: FileChange, prompt: PromptRef | undefined): Promise<void> {
  const key = keyOf(change.path)
  const former = change.from === undefined ? undefined : history.files.get(keyOf(change.from))
  // A file that was moved takes along what happened to it under its former name.
  if (former && change.from !== undefined && !history.files.has(key)) {
    history.files.delete(keyOf(change.from))
    history.files.set(key, { ...former, path: shown(change.path), from: former.from ?? shown(change.from) })
  }
  let file = history.files.get(key)
  if (!file) {
    if (history.files.size >= FILES) {
      if (history.further.size < FURTHER) history.further.add(key)
      return
    }
    file = newFile(change)
    history.files.set(key, file)
  }
  file.last = file.last === "renamed" && change.status === "modified" ? "renamed" : change.status
  if (prompt && file.prompts.at(-1)?.number !== prompt.number) {
    if (file.prompts.length < PROMPTS) file.prompts.push(prompt)
    else file.morePrompts++
  }
  if (await join(history, file, change, prompt)) return
  await begin(history, file, change, prompt)
}

const newFile = ({ path, from, status }: FileChange): FileHistory => ({
  path: shown(path),
  from: from === undefined ? undefined : shown(from),
  ...{ stretches: [], prompts: [], morePrompts: 0, first: status, last: status },
  lost: { changes: 0, additions: 0, deletions: 0 },
})

/** Makes a change one with those before it; false if it does not go on where they ended. */
async function join(
  history: ChangeHistory,
  file: FileHistory,
  change: FileChange,
  prompt: PromptRef | undefined,
): Promise<boolean> {
  const last = file.stretches.at(-1)
  if (!last || file.lost.changes > 0) return false
  if (last.patch === "" && change.patch === "") {
    last.additions += change.additions
    last.deletions += change.deletions
  } else {
    const cost = last.patch.length + change.patch.length
    if (cost > COMPOSED || cost > history.work) return false
    history.work -= cost
    const both = await sum(last, change)
    if (both === undefined || !keep(history, both.length - last.patch.length)) return false
    Object.assign(last, { patch: both, hasLines: true }, both === "" ? nothing : countsOf(both, change))
  }
  last.changes++
  addPrompt(last, prompt)
  return true
}

const nothing = { additions: 0, deletions: 0 }
const isNothing = ({ additions, deletions }: typeof nothing) => additions + deletions === 0

/** The lines of a diff that can be read are counted; of any other one the session's word is taken. */
function countsOf(patch: string, told: typeof nothing): typeof nothing {
  const counted = linesChanged(patch)
  return isNothing(counted) ? { additions: told.additions, deletions: told.deletions } : counted
}

async function sum(last: Stretch, change: FileChange): Promise<string | undefined> {
  // Nothing remained of what was before: an empty file, or a change that was taken back.
  if (last.patch === "" && isNothing(last)) return change.anew ? undefined : change.patch
  if (change.patch === "" && isNothing(change)) return last.patch
  // All of a file was written by the session, and then all of it anew.
  if (change.anew) return isNew(last.patch) ? change.patch : undefined
  const both = composePatches(last.patch, change.patch)
  return both === undefined ? undefined : shortened(both)
}

/** Of a long diff, what is around the changes. */
const shortened = async (patch: string): Promise<string> =>
  patch.length > WHOLE ? ((await tidyPatch(patch)) ?? patch) : patch

async function begin(
  history: ChangeHistory,
  file: FileHistory,
  change: FileChange,
  prompt: PromptRef | undefined,
): Promise<void> {
  const patch = await shortened(change.patch)
  const { additions, deletions } = countsOf(patch, change)
  if (file.stretches.length >= STRETCHES || !keep(history, patch.length)) {
    file.lost.changes++
    file.lost.additions += additions
    file.lost.deletions += deletions
    return
  }
  const made = { patch, additions, deletions, hasLines: patch !== "", anew: change.anew ?? false }
  const stretch: Stretch = { ...made, changes: 1, prompts: [] }
  addPrompt(stretch, prompt)
  file.stretches.push(stretch)
}

function addPrompt({ prompts }: Stretch, prompt: PromptRef | undefined): void {
  if (prompt && prompts.length < PROMPTS && prompts.at(-1)?.number !== prompt.number) prompts.push(prompt)
}

/** Whether so many more characters can be kept; takes them. */
function keep(history: ChangeHistory, characters: number): boolean {
  if (characters > history.left) return false
  history.left -= characters
  return true
}

/** The files that changed, with what is shown of them. */
export async function changedFiles(history: ChangeHistory): Promise<ChangedFile[]> {
  const comparisons: Comparisons = { left: COMPARED }
  const files: ChangedFile[] = []
  for (const [anchor, file] of history.files) {
    const diffs: ChangedFile["diffs"] = []
    for (const stretch of file.stretches) diffs.push(await summed(stretch, comparisons))
    const total = (kind: "additions" | "deletions") =>
      diffs.reduce((all, diff) => all + diff[kind], 0) + file.lost[kind]
    files.push({
      ...{ anchor, path: file.path, from: file.from, prompts: file.prompts, morePrompts: file.morePrompts },
      ...whatBecame(file, diffs),
      ...{ additions: total("additions"), deletions: total("deletions"), diffs, lost: file.lost.changes },
    })
  }
  return files
}

async function summed(stretch: Stretch, comparisons: Comparisons): Promise<ChangedFile["diffs"][number]> {
  const { patch, changes, additions, deletions, prompts, anew } = stretch
  const tidy = await tidyPatch(patch, changes > 1 ? comparisons : { left: 0 })
  const counted = tidy === undefined ? { additions, deletions } : linesChanged(tidy)
  return { patch: tidy ?? patch, ...counted, prompts, anew }
}

function whatBecame(file: FileHistory, diffs: ChangedFile["diffs"]): Pick<ChangedFile, "word" | "isGone" | "isUndone"> {
  const [was, is] = [file.first !== "added", file.last !== "deleted"]
  if (!is) return { word: was ? "deleted" : "deleted again", isGone: true, isUndone: !was }
  const here = { isGone: false, isUndone: false }
  if (!was) return { word: "new", ...here }
  if (file.from !== undefined || file.last === "renamed") return { word: "moved", ...here }
  const [only, ...others] = file.stretches
  const isBack = only?.hasLines && others.length === 0 && diffs[0]?.patch === "" && file.lost.changes === 0
  return isBack ? { ...here, word: "changed back", isUndone: true } : { word: "", ...here }
}

const keyOf = (path: string): string => `_f-${createHash("sha256").update(path).digest("hex").slice(0, 10)}`

/** A path as it is shown: what stands at its end matters most. */
const shown = (path: string): string => (path.length > 400 ? `…${path.slice(-400)}` : path)
