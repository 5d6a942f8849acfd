import { createHash } from "node:crypto"
import type { Content } from "../../lib/temporary-files.ts"
import { type Message, type ReadPosition, type Session, startOfSession } from "../../session/model.ts"
import {
  addChanges,
  type ChangeHistory,
  changedFiles,
  emptyHistory,
  type PromptRef,
} from "../changes/change-history.ts"
import {
  buildChangedView,
  type ChangesPage,
  changesHeader,
  changesPages,
  filesOfChange,
  historyNotes,
} from "../changes/changes-pages.ts"
import type { StoredFile } from "../html/attachment.ts"
import { clip } from "../html/truncate.ts"
import { filesOfMessage } from "../items/items.ts"
import { isPrompt, type MessageFragment } from "../message-fragment.ts"
import { emptyPage, type PageFill, pageBreaks } from "../pagination/paginate.ts"
import { splitMessage } from "../pagination/split-message.ts"
import { headingMarkdown, messageMarkdown } from "../session-markdown/message-markdown.ts"
import {
  addToStats,
  describeSteps,
  expiryFact,
  headerFacts,
  noUsage,
  type SessionStats,
  sumUsage,
  type Usage,
  zeroStats,
} from "../session-stats.ts"
import { addToTimeline, emptyTimeline, type Timeline } from "../timeline/timeline.ts"
import { buildTimelineView } from "../timeline/timeline-view.ts"
import type { PageView, PartLink } from "../view.ts"
import { partLinks } from "./outline.ts"
import {
  buildPageView,
  type PageSource,
  pageInputHash,
  prebuiltPage,
  type RenderPage,
  workingDirectoryOf,
} from "./page.ts"
import { addToTurn, isUnfinished, newTurn, summarizeTurn, type Turn } from "./prompt-summary.ts"
import { stringifyRecord } from "./session-documents.ts"
import type { SiteFile } from "./site-file.ts"
import type { SpooledText } from "./spooled-text.ts"

/** Context shared by all pages of a session. */
export interface SiteContext {
  /** The share's id, written into every page. */
  id: string
  version: string
  /** File name of the style sheet of all pages. */
  sheet: string
  renderPage?: RenderPage
  /** Whether the session is unfinished; derived from its last message by default. */
  live?: boolean | undefined
  leftOut?: string | undefined
  expires?: string | undefined
  /** Prefix of the pages' file names: "" for the session itself, `sub-<hash>` for a child. */
  stem: string
  /** Receive the content of `session.json` and `session.md`. */
  record: SpooledText
  text: SpooledText
  parent: { href: string; title: string } | undefined
  /** State to resume from, and after how many messages to capture it; see `SiteResume`. */
  resume?:
    | { from: PagesCheckpoint | undefined; captureAfter: number; onCapture(checkpoint: PagesCheckpoint): void }
    | undefined
}

/** State of a session's pages after some of its messages: plain values, stored in checkpoints. */
export interface PagesState {
  read: ReadPosition
  fill: PageFill
  stats: SessionStats
  timeline: Timeline
  links: PartLink[]
  draft: PageDraft
  firstDraft: PageDraft
  heldDraft: PageDraft | undefined
  turn: Turn | undefined
  lastMessage: Message | undefined
  history: ChangeHistory
  promptRef: PromptRef | undefined
}

/** Pages state with the `session.json` and `session.md` content so far. Another process can resume from it. */
export interface PagesCheckpoint {
  pages: PagesState
  record: readonly Content[]
  text: readonly Content[]
}

function initialState(): PagesState {
  const firstDraft = newDraft(1, 0)
  return {
    read: startOfSession(),
    fill: emptyPage(),
    stats: zeroStats(),
    timeline: emptyTimeline(),
    links: [],
    draft: firstDraft,
    firstDraft,
    heldDraft: undefined,
    turn: undefined,
    lastMessage: undefined,
    history: emptyHistory(),
    promptRef: undefined,
  }
}

/** For pages and records: they change in place, and must be gone at once when they are deleted. */
export const CACHE_REVALIDATE = "no-cache"
/** For files named by content hash: they never change, but caches must not keep them long after they are deleted. */
export const CACHE_BRIEFLY = "private, max-age=300"

/** Messages collected for one page. */
interface PageDraft {
  number: number
  messages: MessageFragment[]
  records: string[]
  promptsBefore: number
  turns: Turn[]
}

const newDraft = (number: number, promptsBefore: number): PageDraft => ({
  number,
  promptsBefore,
  messages: [],
  records: [],
  turns: [],
})

/** File name of a session's page by its number. */
function pageName(stem: string, number: number): string {
  if (number === 1) return stem === "" ? "index.html" : `${stem}.html`
  return stem === "" ? `${number}.html` : `${stem}-${number}.html`
}

const titleOf = ({ title }: Session["info"]) => clip(title.trim(), 300) || "Untitled session"

const stemOf = (sessionID: string) => `sub-${createHash("sha256").update(sessionID).digest("hex").slice(0, 10)}`

/**
 * Yields all files of a session and its children, its first page last. Holds three pages at most: the first, the
 * current, and one whose last prompt is still in progress, since the summary below that prompt needs the results.
 */
export async function* sessionFiles(session: Session, context: SiteContext): AsyncGenerator<SiteFile, Usage> {
  const { info } = session
  const childPage = (id: string) => (session.childIDs.has(id) ? pageName(stemOf(id), 1) : undefined)
  const state = context.resume?.from?.pages ?? initialState()
  const { read, stats, timeline, links, firstDraft, history } = state
  const startsNewPage = pageBreaks(state.fill)

  const pageFile = (draft: PageDraft, overrides: Partial<PageView> = {}): SiteFile => {
    const { number, messages, records, promptsBefore, turns } = draft
    const path = pageName(context.stem, number)
    const view: PageSource["view"] = {
      ...emptyPageView(context, info, path, number),
      previous: number > 1 ? pageName(context.stem, number - 1) : undefined,
      next: pageName(context.stem, number + 1),
      ...overrides,
    }
    const itemContext = { startedAt: stats.startedAt, directory: info.directory, childPage }
    const page = {
      view,
      messages,
      promptsBefore,
      promptSummaries: turns.map(summarizeTurn),
      context: itemContext,
    }
    const render = async () => Buffer.from(await (context.renderPage ?? prebuiltPage)(await buildPageView(page)))
    const input = pageInputHash(page, records)
    const first = messages[0] && { first: messages[0].id }
    return { path, contentType: "text/html; charset=utf-8", cacheControl: CACHE_REVALIDATE, input, ...first, render }
  }
  const addPartLink = ({ number, promptsBefore, turns }: PageDraft) => {
    const prompts = turns.length > 0 ? { from: promptsBefore + 1, to: promptsBefore + turns.length } : undefined
    links.push({ href: pageName(context.stem, number), number, prompts })
  }

  await context.record.push(`{"info":${stringifyRecord(info.raw)},"messages":[`)
  await context.text.push(headingMarkdown(info))
  const start = { record: await context.record.size(), text: await context.text.size() }
  for (const piece of context.resume?.from?.record ?? []) await context.record.append(piece)
  for (const piece of context.resume?.from?.text ?? []) await context.text.append(piece)
  let separator = read.messages > 0 ? "," : ""
  for await (const message of session.messages(read)) {
    addToStats(stats, message)
    const record = stringifyRecord(message.raw)
    for (const fragment of splitMessage(message)) {
      if (startsNewPage(fragment)) {
        const { draft, turn } = state
        addPartLink(draft)
        if (draft !== firstDraft && turn && draft.turns.includes(turn)) state.heldDraft = draft
        else if (draft !== firstDraft) yield pageFile(draft)
        state.draft = newDraft(draft.number + 1, draft.promptsBefore + draft.turns.length)
      }
      const { draft } = state
      if (isPrompt(fragment)) {
        if (state.turn) state.turn.isOver = true
        if (state.heldDraft) yield pageFile(state.heldDraft)
        state.heldDraft = undefined
        state.turn = newTurn(fragment)
        draft.turns.push(state.turn)
        const number = draft.promptsBefore + draft.turns.length
        state.promptRef = { href: `${pageName(context.stem, draft.number)}#${message.id}`, number }
      } else if (state.turn && !fragment.isContinuation) addToTurn(state.turn, message)
      if (!fragment.isContinuation) addToTimeline(timeline, message, pageName(context.stem, draft.number))
      draft.messages.push(fragment)
      draft.records.push(record)
      for (const file of filesOfMessage(fragment)) yield storedSiteFile(file)
    }
    await addChanges(history, message, state.promptRef, workingDirectoryOf(message) || info.directory)
    await context.record.push(separator, "\n", record)
    separator = ","
    await context.text.push(messageMarkdown(message, stats.prompts))
    state.lastMessage = message
    if (read.messages === context.resume?.captureAfter) {
      const record = await context.record.between(start.record, await context.record.size())
      context.resume.onCapture({
        pages: state,
        record,
        text: await context.text.between(start.text, await context.text.size()),
      })
    }
  }
  const { draft, heldDraft, turn } = state
  const live = context.live ?? isUnfinished(state.lastMessage)
  if (turn) turn.isOver = !live
  addPartLink(draft)
  if (heldDraft) yield pageFile(heldDraft)
  if (draft !== firstDraft) yield pageFile(draft, { next: undefined, live })

  const changes = changesPages(await changedFiles(history), context.stem, historyNotes(history))
  for (const page of changes) {
    for (const file of page.files) for (const fullText of filesOfChange(file)) yield storedSiteFile(fullText)
    yield changesPageFile(page, context, info)
  }

  await context.record.push(`\n],"children":[`)
  let below = noUsage()
  for (const [i, child] of session.children(read).entries()) {
    if (i > 0) await context.record.push(",")
    const parent = { href: pageName(context.stem, 1), title: titleOf(info) }
    below = sumUsage(
      below,
      yield* sessionFiles(child, { ...context, stem: stemOf(child.info.id), parent, resume: undefined }),
    )
  }
  await context.record.push("]}")

  yield pageFile(firstDraft, {
    ...headerView(stats, info, changes, history.furtherFiles.size, context, below),
    timeline: buildTimelineView(timeline),
    live,
    parts: partLinks(links.slice(1)),
    next: links.length > 1 ? pageName(context.stem, 2) : undefined,
  })
  return sumUsage(stats.usage, below)
}

/** View of a page without content. */
function emptyPageView(context: SiteContext, info: Session["info"], path: string, number: number): PageSource["view"] {
  return {
    id: context.id,
    title: titleOf(info),
    description: "",
    number,
    path,
    first: pageName(context.stem, 1),
    previous: undefined,
    next: undefined,
    live: false,
    parent: context.parent,
    facts: [],
    changes: [],
    allChanges: undefined,
    changed: undefined,
    timeline: undefined,
    done: "",
    parts: [],
    generator: `opencode-bucket ${context.version}`,
    sheet: context.sheet,
  }
}

function changesPageFile(page: ChangesPage, context: SiteContext, info: Session["info"]): SiteFile {
  const { path, number, previous, next } = page
  const description = "The files that changed in this session, with their diffs."
  const view = { ...emptyPageView(context, info, path, number), description, previous, next }
  const empty = { items: [], outline: [], failures: [], moreFailures: 0 }
  const render = async () => {
    const changed = await buildChangedView(page)
    return Buffer.from(await (context.renderPage ?? prebuiltPage)({ ...view, ...empty, changed }))
  }
  const input = createHash("sha256")
    .update(JSON.stringify([view, page]))
    .digest("hex")
  return { path, contentType: "text/html; charset=utf-8", cacheControl: CACHE_REVALIDATE, input, render }
}

function headerView(
  facts: SessionStats,
  info: Session["info"],
  pages: readonly ChangesPage[],
  furtherFiles: number,
  { leftOut, expires, stem }: SiteContext,
  below: Usage,
) {
  const done = describeSteps(facts)
  const { total, ...changes } = changesHeader(pages, furtherFiles)
  return {
    facts: [
      ...headerFacts(facts, info, total, below),
      ...(leftOut ? [{ name: "Left out", value: leftOut, named: true }] : []),
      // The share expires as a whole: subagents' pages do not show it, so that a new date re-renders one page only.
      ...(expires && stem === "" ? [expiryFact(expires)] : []),
    ],
    ...changes,
    done,
    description: done || "A conversation with a coding agent.",
  }
}

function storedSiteFile({ path, contentType, body }: StoredFile): SiteFile {
  return { path, contentType, cacheControl: CACHE_BRIEFLY, input: path, render: async () => body }
}
