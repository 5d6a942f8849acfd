import { sha256 } from "../../lib/hash.ts"
import type { FileDiff, Message } from "../../session/model.ts"
import { type CompareBudget, composePatches, countChangedLines, isNewFile, tidyPatch } from "../diff/compose-patch.ts"
import { headerNote } from "../diff/patch-notes.ts"
import type { FileChange } from "../tools/tool.ts"
import { changesFromCalls, changesFromDiffs, changesOfSnapshot } from "./file-changes.ts"

/** The prompt for which a change was made. */
export interface PromptRef {
  /** Link to the prompt: `index.html#msg_…` */
  href: string
  number: number
}

/** Changes of a session, per file in the order of their first change. Bounded in size. */
export interface ChangeHistory {
  files: Map<string, FileHistory>
  /** Short path hashes of files beyond the limit, to count them. */
  furtherFiles: Set<string>
  /** Some changes are known from tool calls only. */
  fromCalls: boolean
  /** The last user message had diffs, which include the changes of the calls after it. */
  hasDiffs: boolean
  /** Remaining budgets: characters of diffs to keep, and characters for composing to read. */
  keptCharsLeft: number
  composeCharsLeft: number
}

interface FileHistory {
  path: string
  from: string | undefined
  /**
   * Consecutive diffs that could be composed form one chain; a diff that does not apply to the previous one starts
   * another.
   */
  chains: DiffChain[]
  prompts: PromptRef[]
  morePrompts: number
  first: FileDiff["status"]
  last: FileDiff["status"]
  /** Facts from the headers of its diffs beside lines, a few of them. */
  notes: string[]
  /** Totals of the diffs not kept. */
  dropped: { changes: number; additions: number; deletions: number }
}

interface DiffChain {
  patch: string
  additions: number
  deletions: number
  changes: number
  /** Some change had a diff, even if the composed one is empty. */
  hasLines: boolean
  prompts: PromptRef[]
  isOverwrite: boolean
}

/** A changed file with its totals. */
export interface ChangedFile {
  /** Id of its section, derived from the path. */
  anchor: string
  /** The path; the end of a very long one. */
  path: string
  from: string | undefined
  /** The change in a word or two; "" if only its text changed. */
  outcome: string
  isGone: boolean
  /** The net change is empty. */
  isUndone: boolean
  additions: number
  deletions: number
  prompts: PromptRef[]
  morePrompts: number
  /** Unified diffs with three lines of context; several where one does not apply to the other. */
  diffs: { patch: string; additions: number; deletions: number; prompts: PromptRef[]; isOverwrite: boolean }[]
  /** `made executable`, `binary`, … */
  notes: string[]
  /** Number of changes whose diffs were not kept. */
  droppedChanges: number
}

const MAX_FILES = 500
/** Limit for counting files beyond MAX_FILES. */
export const MAX_FURTHER_FILES = 10_000
const MAX_CHAINS = 20
const MAX_PROMPTS = 40
/** Limits of diffs: kept in total; kept with full context; composed at once; read by composing in total. */
const MAX_KEPT_CHARS = 16_000_000
const MAX_FULL_PATCH_CHARS = 200_000
const MAX_COMPOSED_CHARS = 1_000_000
const MAX_COMPOSE_WORK_CHARS = 256_000_000
/** Limit of lines compared again, over all composed diffs. */
const MAX_COMPARED_LINES = 200_000

export const emptyHistory = (): ChangeHistory => ({
  files: new Map(),
  furtherFiles: new Set(),
  fromCalls: false,
  hasDiffs: false,
  keptCharsLeft: MAX_KEPT_CHARS,
  composeCharsLeft: MAX_COMPOSE_WORK_CHARS,
})

/**
 * Adds the changes of a message. A user message carries the diffs of all work for it. Without them (unfinished
 * session, folder without a repository, older client), the tool calls after it are used.
 * @param prompt the prompt they were made for, if any yet
 * @param directory the session's folder; paths below it are shown relative to it
 */
export async function addChanges(
  history: ChangeHistory,
  message: Message,
  prompt: PromptRef | undefined,
  directory: string,
): Promise<void> {
  if (message.role === "user") {
    history.hasDiffs = message.diffs.length > 0
    for (const change of changesFromDiffs(message.diffs)) await addChange(history, change, prompt)
  } else if (!history.hasDiffs)
    for (const change of [...changesFromCalls(message, directory), ...changesOfSnapshot(message, directory)]) {
      history.fromCalls = true
      await addChange(history, change, prompt)
    }
}

async function addChange(history: ChangeHistory, change: FileChange, prompt: PromptRef | undefined): Promise<void> {
  const key = anchorOf(change.path)
  const former = change.from === undefined ? undefined : history.files.get(anchorOf(change.from))
  // A moved file keeps the changes under its former name.
  if (former && change.from !== undefined && !history.files.has(key)) {
    history.files.delete(anchorOf(change.from))
    history.files.set(key, { ...former, path: displayPath(change.path), from: former.from ?? displayPath(change.from) })
  }
  let file = history.files.get(key)
  if (!file) {
    if (history.files.size >= MAX_FILES) {
      if (history.furtherFiles.size < MAX_FURTHER_FILES) history.furtherFiles.add(key)
      return
    }
    file = newFile(change)
    history.files.set(key, file)
  }
  const note = headerNote(change.patch)
  if (note !== "" && !file.notes.includes(note) && file.notes.length < 3) file.notes.push(note)
  file.last = file.last === "renamed" && change.status === "modified" ? "renamed" : change.status
  if (prompt && file.prompts.at(-1)?.number !== prompt.number) {
    if (file.prompts.length < MAX_PROMPTS) file.prompts.push(prompt)
    else file.morePrompts++
  }
  if (await extendLastChain(history, file, change, prompt)) return
  await startChain(history, file, change, prompt)
}

const newFile = ({ path, from, status }: FileChange): FileHistory => ({
  path: displayPath(path),
  from: from === undefined ? undefined : displayPath(from),
  chains: [],
  prompts: [],
  morePrompts: 0,
  notes: [],
  first: status,
  last: status,
  dropped: { changes: 0, additions: 0, deletions: 0 },
})

/** Composes a change with the file's last chain; false if it does not apply to it. */
async function extendLastChain(
  history: ChangeHistory,
  file: FileHistory,
  change: FileChange,
  prompt: PromptRef | undefined,
): Promise<boolean> {
  const last = file.chains.at(-1)
  if (!last || file.dropped.changes > 0) return false
  if (last.patch === "" && change.patch === "") {
    last.additions += change.additions
    last.deletions += change.deletions
  } else {
    const cost = last.patch.length + change.patch.length
    if (cost > MAX_COMPOSED_CHARS || cost > history.composeCharsLeft) return false
    history.composeCharsLeft -= cost
    const both = await composeChange(last, change)
    if (both === undefined || !reserve(history, both.length - last.patch.length)) return false
    Object.assign(last, { patch: both, hasLines: true }, both === "" ? NO_LINES : countsOf(both, change))
  }
  last.changes++
  addPromptRef(last, prompt)
  return true
}

const NO_LINES = { additions: 0, deletions: 0 }
const hasNoLines = ({ additions, deletions }: typeof NO_LINES) => additions + deletions === 0

/** Counts the lines of a readable diff; otherwise uses the session's own counts. */
function countsOf(patch: string, reported: typeof NO_LINES): typeof NO_LINES {
  const counted = countChangedLines(patch)
  return hasNoLines(counted) ? { additions: reported.additions, deletions: reported.deletions } : counted
}

async function composeChange(last: DiffChain, change: FileChange): Promise<string | undefined> {
  // The chain is empty: an empty file, or a reverted change.
  if (last.patch === "" && hasNoLines(last)) return change.isOverwrite ? undefined : change.patch
  if (change.patch === "" && hasNoLines(change)) return last.patch
  // The session wrote the full file before, so that the overwrite replaces known content.
  if (change.isOverwrite) return isNewFile(last.patch) ? change.patch : undefined
  const both = composePatches(last.patch, change.patch)
  return both === undefined ? undefined : tidyIfLong(both)
}

/** Reduces a long diff to the lines around its changes. */
const tidyIfLong = async (patch: string): Promise<string> =>
  patch.length > MAX_FULL_PATCH_CHARS ? ((await tidyPatch(patch)) ?? patch) : patch

async function startChain(
  history: ChangeHistory,
  file: FileHistory,
  change: FileChange,
  prompt: PromptRef | undefined,
): Promise<void> {
  const patch = await tidyIfLong(change.patch)
  const { additions, deletions } = countsOf(patch, change)
  if (file.chains.length >= MAX_CHAINS || !reserve(history, patch.length)) {
    file.dropped.changes++
    file.dropped.additions += additions
    file.dropped.deletions += deletions
    return
  }
  const made = { patch, additions, deletions, hasLines: patch !== "", isOverwrite: change.isOverwrite ?? false }
  const chain: DiffChain = { ...made, changes: 1, prompts: [] }
  addPromptRef(chain, prompt)
  file.chains.push(chain)
}

function addPromptRef({ prompts }: DiffChain, prompt: PromptRef | undefined): void {
  if (prompt && prompts.length < MAX_PROMPTS && prompts.at(-1)?.number !== prompt.number) prompts.push(prompt)
}

/** Reserves characters of the budget; false if it is exceeded. */
function reserve(history: ChangeHistory, characters: number): boolean {
  if (characters > history.keptCharsLeft) return false
  history.keptCharsLeft -= characters
  return true
}

/** The changed files with their final diffs. */
export async function changedFiles(history: ChangeHistory): Promise<ChangedFile[]> {
  const comparisons: CompareBudget = { linesLeft: MAX_COMPARED_LINES }
  const files: ChangedFile[] = []
  for (const [anchor, file] of history.files) {
    const diffs: ChangedFile["diffs"] = []
    for (const chain of file.chains) diffs.push(await finishChain(chain, comparisons))
    const total = (kind: "additions" | "deletions") =>
      diffs.reduce((all, diff) => all + diff[kind], 0) + file.dropped[kind]
    files.push({
      anchor,
      path: file.path,
      from: file.from,
      prompts: file.prompts,
      morePrompts: file.morePrompts,
      ...outcomeOf(file, diffs),
      additions: total("additions"),
      deletions: total("deletions"),
      diffs,
      notes: file.notes,
      droppedChanges: file.dropped.changes,
    })
  }
  return files
}

async function finishChain(chain: DiffChain, comparisons: CompareBudget): Promise<ChangedFile["diffs"][number]> {
  const { patch, changes, additions, deletions, prompts, isOverwrite } = chain
  const tidy = await tidyPatch(patch, changes > 1 ? comparisons : { linesLeft: 0 })
  const counted = tidy === undefined ? { additions, deletions } : countChangedLines(tidy)
  return { patch: tidy ?? patch, ...counted, prompts, isOverwrite }
}

function outcomeOf(
  file: FileHistory,
  diffs: ChangedFile["diffs"],
): Pick<ChangedFile, "outcome" | "isGone" | "isUndone"> {
  const [was, is] = [file.first !== "added", file.last !== "deleted"]
  if (!is) return { outcome: was ? "deleted" : "deleted again", isGone: true, isUndone: !was }
  const base = { isGone: false, isUndone: false }
  if (!was) return { outcome: "new", ...base }
  if (file.from !== undefined || file.last === "renamed") return { outcome: "moved", ...base }
  const [only, ...others] = file.chains
  const isBack = only?.hasLines && others.length === 0 && diffs[0]?.patch === "" && file.dropped.changes === 0
  return isBack ? { ...base, outcome: "changed back", isUndone: true } : { outcome: "", ...base }
}

const anchorOf = (path: string): string => `_f-${sha256(path).slice(0, 10)}`

/** The end of a path matters most. */
const displayPath = (path: string): string => (path.length > 400 ? `…${path.slice(-400)}` : path)
