import { isPrompt, type Message, type ReadPosition, type Session, startOfSession } from "../../session/model.ts"
import {
  addChanges,
  type ChangeHistory,
  changedFiles,
  emptyHistory,
  type PromptRef,
} from "../changes/change-history.ts"
import { type ChangesPage, changesPages, filesOfChange, historyNotes } from "../changes/changes-pages.ts"
import type { StoredFile } from "../html/attachment.ts"
import type { LinkRecord, PageLinks } from "../links.ts"
import { firstPageFill, type PageFill, startsNewPage } from "../pagination/paginate.ts"
import { addToStats, noUsage, type SessionStats, sumUsage, type Usage, zeroStats } from "../session-stats.ts"
import { buildTimelineView } from "../timeline/build-timeline-view.ts"
import { addToTimeline, emptyTimeline, type Timeline } from "../timeline/timeline.ts"
import type { PageView, PartLink } from "../view.ts"
import type { DocumentsSoFar, DocumentWriter } from "./document-writer.ts"
import type { DrawnItem } from "./draw-item.ts"
import { partLinks } from "./outline.ts"
import { type Drawing, drawItems, newDraft, type PageDraft, placeItem, redraw } from "./page-draft.ts"
import { pageName, stemOf } from "./page-names.ts"
import type { PageRenderer } from "./page-renderer.ts"
import { contentOf, emptyPageView, headerView, type PageCommon, titleOf, workingDirectoryOf } from "./page-view.ts"
import { addToTurn, isUnfinished, newTurn, type Turn } from "./prompt-summary.ts"

/** How the pages of a session are made. */
export interface SessionContext extends PageCommon {
  renderer: PageRenderer
  /** Links from pages with a stem. */
  linksFrom: (stem: string, record: LinkRecord) => PageLinks
  /** Whether the session is unfinished; derived from its last message by default. */
  live?: boolean | undefined
  /** Writes `session.json` and `session.md` on the way. */
  documents?: DocumentWriter
  /** State to resume from, and after how many messages to capture it; see `SiteResume`. */
  resume?:
    | { from: PagesCheckpoint | undefined; captureAfter: number; onCapture(checkpoint: PagesCheckpoint): void }
    | undefined
}

/** A complete page with all that it links to. */
export interface SessionPage {
  stem: string
  view: PageView
  links: LinkRecord
  /** Id of the message whose items come first. */
  firstMessage?: string | undefined
}

/** `session`: the pages of a session begin. Its first page is its last. */
export type SessionOutput =
  | { type: "session"; stem: string }
  | { type: "file"; file: StoredFile }
  | { type: "page"; page: SessionPage }
  /** A page of changed files; `buildChangedView` completes its view. */
  | { type: "changes"; stem: string; view: PageView; changes: ChangesPage }

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
export interface PagesCheckpoint extends DocumentsSoFar {
  pages: PagesState
}

function initialState(): PagesState {
  const firstDraft = newDraft(1, 0)
  return {
    read: startOfSession(),
    fill: firstPageFill(),
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

/**
 * Renders a session and its subagents' sessions, and returns what they took: yields files as items link to them, and pages as they are complete.
 * Renders every item once. Holds three pages at most: the first, the current, and one whose last prompt is still in
 * progress, since the summary below that prompt needs the results.
 */
export async function* sessionPages(session: Session, context: SessionContext): AsyncGenerator<SessionOutput, Usage> {
  const { info } = session
  const { stem, documents, resume } = context
  yield { type: "session", stem }
  const pages = new PageSequence(session, context, resume?.from?.pages ?? initialState())
  const { state } = pages
  await pages.redrawDrafts()
  await documents?.begin(info, resume?.from)
  for await (const message of session.messages(state.read)) {
    addToStats(state.stats, message)
    yield* await pages.add(message)
    await addChanges(state.history, message, state.promptRef, workingDirectoryOf(message) || info.directory)
    await documents?.add(message, state.stats.prompts)
    state.lastMessage = message
    if (documents && state.read.messages === resume?.captureAfter)
      resume.onCapture({ pages: state, ...(await documents.contentSoFar()) })
  }
  const live = context.live ?? isUnfinished(state.lastMessage)
  yield* await pages.finish(live)

  const changes = changesPages(await changedFiles(state.history), stem, historyNotes(state.history))
  for (const page of changes) {
    for (const file of page.files.flatMap((file) => [...filesOfChange(file)])) yield { type: "file", file }
    const { path, number, previous, next } = page
    const description = "The files that changed in this session, with their diffs."
    const view = { ...emptyPageView(context, info, path, number), description, previous, next }
    yield { type: "changes", stem, view, changes: page }
  }

  await documents?.beginChildren()
  let below = noUsage()
  for (const [i, child] of session.children(state.read).entries()) {
    await documents?.beginChild(i)
    const parent = { href: pageName(stem, 1), title: titleOf(info) }
    const usage = yield* sessionPages(child, { ...context, stem: stemOf(child.info.id), parent, resume: undefined })
    below = sumUsage(below, usage)
  }
  await documents?.end()

  yield await pages.page(state.firstDraft, {
    ...headerView(state.stats, info, changes, state.history.furtherFiles.size, context, below),
    timeline: buildTimelineView(state.timeline),
    live,
    parts: partLinks(state.links.slice(1)),
    next: state.links.length > 1 ? pageName(stem, 2) : undefined,
  })
  return sumUsage(state.stats.usage, below)
}

/** Distributes the items of a session over pages. */
class PageSequence {
  readonly state: PagesState
  readonly drawing: Drawing
  readonly #session: Session
  readonly #context: SessionContext
  /** Items of the pages that are not complete, by page number. */
  readonly #drawn = new Map<number, DrawnItem[]>()

  constructor(session: Session, context: SessionContext, state: PagesState) {
    this.state = state
    this.#session = session
    this.#context = context
    const { directory } = session.info
    const childPage = (id: string) => (session.childIDs.has(id) ? pageName(stemOf(id), 1) : undefined)
    this.drawing = {
      renderer: context.renderer,
      linksTo: (record) => context.linksFrom(context.stem, record),
      contextOf: (message) => ({
        startedAt: state.stats.startedAt,
        directory: workingDirectoryOf(message) || directory,
        childPage,
      }),
    }
  }

  /** Renders the drafts of a checkpoint; their files are in it. */
  async redrawDrafts(): Promise<void> {
    const { firstDraft, heldDraft, draft } = this.state
    for (const one of [firstDraft, heldDraft, draft])
      if (one && !this.#drawn.has(one.number)) this.#drawn.set(one.number, await redraw(one, this.drawing))
  }

  /** Renders a message. Returns the pages that it completes and the files that it links to. */
  async add(message: Message): Promise<SessionOutput[]> {
    const { state } = this
    const isAsked = isPrompt(message)
    const prompt = state.draft.promptsBefore + state.draft.turns.length + (isAsked ? 1 : 0)
    const outputs: SessionOutput[] = []
    let index = 0
    for await (const item of drawItems(message, prompt, this.drawing)) {
      if (startsNewPage(state.fill, item.size, isAsked && index === 0)) await this.#nextPage(outputs)
      if (index === 0) await this.#begin(message, outputs)
      placeItem(state.draft, message, prompt, index++)
      this.#drawn.get(state.draft.number)!.push(item)
      for (const file of item.links.files.values()) outputs.push({ type: "file", file })
      item.links.files.clear()
    }
    if (index === 0) await this.#begin(message, outputs)
    return outputs
  }

  /** Called once for a message, when it is known on which page it begins. */
  async #begin(message: Message, outputs: SessionOutput[]): Promise<void> {
    const { state } = this
    const { draft } = state
    const page = pageName(this.#context.stem, draft.number)
    if (isPrompt(message)) {
      if (state.turn) state.turn.isOver = true
      if (state.heldDraft) outputs.push(await this.page(state.heldDraft))
      state.heldDraft = undefined
      state.turn = newTurn(message)
      draft.turns.push(state.turn)
      state.promptRef = { href: `${page}#${message.id}`, number: draft.promptsBefore + draft.turns.length }
    } else if (state.turn) addToTurn(state.turn, message)
    addToTimeline(state.timeline, message, page)
  }

  async #nextPage(outputs: SessionOutput[]): Promise<void> {
    const { state } = this
    const { draft, turn } = state
    this.#addPartLink(draft)
    if (draft.number > 1 && turn && draft.turns.includes(turn)) state.heldDraft = draft
    else if (draft.number > 1) outputs.push(await this.page(draft))
    state.draft = newDraft(draft.number + 1, draft.promptsBefore + draft.turns.length)
    this.#drawn.set(state.draft.number, [])
  }

  /** Ends the session: completes all pages but the first. */
  async finish(live: boolean): Promise<SessionOutput[]> {
    const { draft, heldDraft, turn } = this.state
    if (turn) turn.isOver = !live
    this.#addPartLink(draft)
    const outputs: SessionOutput[] = []
    if (heldDraft) outputs.push(await this.page(heldDraft))
    if (draft.number > 1) outputs.push(await this.page(draft, { next: undefined, live }))
    return outputs
  }

  #addPartLink({ number, promptsBefore, turns }: PageDraft): void {
    const prompts = turns.length > 0 ? { from: promptsBefore + 1, to: promptsBefore + turns.length } : undefined
    this.state.links.push({ href: pageName(this.#context.stem, number), number, prompts })
  }

  async page({ number, turns, messages }: PageDraft, overrides: Partial<PageView> = {}): Promise<SessionOutput> {
    const { stem } = this.#context
    const { renderer, linksTo } = this.drawing
    const { content, links } = await contentOf(this.#drawn.get(number) ?? [], turns, renderer, linksTo)
    this.#drawn.delete(number)
    const view = {
      ...emptyPageView(this.#context, this.#session.info, pageName(stem, number), number),
      ...content,
      previous: number > 1 ? pageName(stem, number - 1) : undefined,
      next: pageName(stem, number + 1),
      ...overrides,
    }
    return { type: "page", page: { stem, view, links, firstMessage: messages[0]?.message.id } }
  }
}
