import { createHash } from "node:crypto"
import { type Message, type MessagesRead, nothingRead, type Session } from "../session/model.ts"
import type { Content } from "../temporary-files.ts"
import type { StoredFile } from "./attachment.ts"
import { addChanges, type ChangeHistory, changedFiles, noChanges, type PromptRef } from "./change-history.ts"
import { type ChangesPage, changedView, changesPages, filesOfChange, headOfChanges, notesOn } from "./changes.ts"
import { clip } from "./cut.ts"
import { addFacts, doneInWords, type Facts, factsInWords, noFacts, untilInWords } from "./facts.ts"
import type { GatheredText } from "./gathered-text.ts"
import { filesOf } from "./items.ts"
import { partLinks } from "./outline.ts"
import { folderOf, inputOf, type Page, prebuiltPage, type RenderPage, viewOf } from "./page.ts"
import { emptyPage, type PageFill, pageBreaks } from "./paginate.ts"
import { isPrompt, type Piece } from "./piece.ts"
import { writeJson } from "./session-documents.ts"
import { headingMarkdown, messageMarkdown } from "./session-markdown.ts"
import type { SiteFile } from "./site-file.ts"
import { splitMessage } from "./split-message.ts"
import { addTrace, noTrace, type Trace } from "./trace.ts"
import { traceView } from "./trace-view.ts"
import { addToTurn, bylineOf, goesOn, newTurn, type Turn } from "./turns.ts"
import type { PageView, PartLink } from "./view.ts"

/** What all pages of a session's share have in common. */
export interface Place {
  /** The share's id: every page carries it. */
  id: string
  version: string
  /** The name of the style sheet of all pages. */
  sheet: string
  renderPage?: RenderPage
  /** Whether the session goes on; decided from its last message, unless given. */
  live?: boolean | undefined
  leftOut?: string | undefined
  expires?: string | undefined
  /** What the pages are called: "" for the session itself, `sub-<hash>` for a child. */
  stem: string
  /** Where the pieces of `session.json` and `session.md` go. */
  record: GatheredText
  text: GatheredText
  parent: { href: string; title: string } | undefined
  /** Where to go on from, and after how many messages to tell how far it is. */
  from?: Halted | undefined
  halt?: { after: number; take(halted: Halted): void } | undefined
}

/** How far the pages of a session are after some of its messages: plain values. */
export interface PagesSoFar {
  read: MessagesRead
  fill: PageFill
  facts: Facts
  trace: Trace
  links: PartLink[]
  part: Part
  first: Part
  held: Part | undefined
  turn: Turn | undefined
  last: Message | undefined
  history: ChangeHistory
  asked: PromptRef | undefined
}

/** The same with what those messages are in `session.json` and `session.md`: from it, another process can go on. */
export interface Halted {
  pages: PagesSoFar
  record: readonly Content[]
  text: readonly Content[]
}

function noPages(): PagesSoFar {
  const first = newPart(1, 0)
  return {
    ...{ read: nothingRead(), fill: emptyPage(), facts: noFacts(), trace: noTrace(), links: [] },
    ...{ part: first, first, held: undefined, turn: undefined, last: undefined },
    ...{ history: noChanges(), asked: undefined },
  }
}

/** Pages and records change in place, and must be gone at once when they are deleted: caches have to ask every time. */
export const REVALIDATE = "no-cache"
/** Files are named after their content and never change; but a cache must not keep them long after they are deleted. */
export const SHORTLY = "private, max-age=300"

/** The messages of one page, gathered. */
interface Part {
  number: number
  messages: Piece[]
  records: string[]
  promptsBefore: number
  turns: Turn[]
}

const newPart = (number: number, promptsBefore: number): Part => ({
  ...{ number, promptsBefore },
  ...{ messages: [], records: [], turns: [] },
})

/** The name of a session's page, by the page's number. */
function pageName(stem: string, number: number): string {
  if (number === 1) return stem === "" ? "index.html" : `${stem}.html`
  return stem === "" ? `${number}.html` : `${stem}-${number}.html`
}

const titleOf = ({ title }: Session["info"]) => clip(title.trim(), 300) || "Untitled session"

const stemOf = (sessionID: string) => `sub-${createHash("sha256").update(sessionID).digest("hex").slice(0, 10)}`

/**
 * All files of one session and its children, its own first page last. Three pages at most are kept at a time: the first,
 * the one that is being gathered, and one whose last prompt is still being worked on, since the prompt says what came of it.
 */
export async function* sessionFiles(session: Session, place: Place): AsyncGenerator<SiteFile> {
  const { info } = session
  const childPage = (id: string) => (session.childIDs.has(id) ? pageName(stemOf(id), 1) : undefined)
  const soFar = place.from?.pages ?? noPages()
  const { read, facts, trace, links, first, history } = soFar
  const breaks = pageBreaks(soFar.fill)

  const drawn = (part: Part, more: Partial<PageView> = {}): SiteFile => {
    const { number, messages, records, promptsBefore, turns } = part
    const path = pageName(place.stem, number)
    const view: Page["view"] = {
      ...bareView(place, info, path, number),
      previous: number > 1 ? pageName(place.stem, number - 1) : undefined,
      next: pageName(place.stem, number + 1),
      ...more,
    }
    const context = { began: facts.began, directory: info.directory, childPage }
    const page = { view, messages, promptsBefore, bylines: turns.map(bylineOf), context }
    const render = async () => Buffer.from(await (place.renderPage ?? prebuiltPage)(await viewOf(page)))
    const input = inputOf(page, records)
    const first = messages[0] && { first: messages[0].id }
    return { path, contentType: "text/html; charset=utf-8", cacheControl: REVALIDATE, input, ...first, render }
  }
  const close = ({ number, promptsBefore, turns }: Part) => {
    const prompts = turns.length > 0 ? { from: promptsBefore + 1, to: promptsBefore + turns.length } : undefined
    links.push({ href: pageName(place.stem, number), number, prompts })
  }

  await place.record.push(`{"info":${writeJson(info.raw)},"messages":[`)
  await place.text.push(headingMarkdown(info))
  const start = { record: await place.record.size(), text: await place.text.size() }
  for (const piece of place.from?.record ?? []) await place.record.append(piece)
  for (const piece of place.from?.text ?? []) await place.text.append(piece)
  let separator = read.messages > 0 ? "," : ""
  for await (const message of session.messages(read)) {
    addFacts(facts, message)
    const record = writeJson(message.raw)
    for (const piece of splitMessage(message)) {
      if (breaks(piece)) {
        const { part, turn } = soFar
        close(part)
        if (part !== first && turn && part.turns.includes(turn)) soFar.held = part
        else if (part !== first) yield drawn(part)
        soFar.part = newPart(part.number + 1, part.promptsBefore + part.turns.length)
      }
      const { part } = soFar
      if (isPrompt(piece)) {
        if (soFar.turn) soFar.turn.over = true
        if (soFar.held) yield drawn(soFar.held)
        soFar.held = undefined
        soFar.turn = newTurn(piece)
        part.turns.push(soFar.turn)
        const number = part.promptsBefore + part.turns.length
        soFar.asked = { href: `${pageName(place.stem, part.number)}#${message.id}`, number }
      } else if (soFar.turn && !piece.continues) addToTurn(soFar.turn, message)
      if (!piece.continues) addTrace(trace, message, pageName(place.stem, part.number))
      part.messages.push(piece)
      part.records.push(record)
      for (const file of filesOf(piece)) yield stored(file)
    }
    await addChanges(history, message, soFar.asked, folderOf(message) || info.directory)
    await place.record.push(separator, "\n", record)
    separator = ","
    await place.text.push(messageMarkdown(message))
    soFar.last = message
    if (read.messages === place.halt?.after) {
      const record = await place.record.between(start.record, await place.record.size())
      place.halt.take({ pages: soFar, record, text: await place.text.between(start.text, await place.text.size()) })
    }
  }
  const { part, held, turn } = soFar
  const live = place.live ?? goesOn(soFar.last)
  if (turn) turn.over = !live
  close(part)
  if (held) yield drawn(held)
  if (part !== first) yield drawn(part, { next: undefined, live })

  const changes = changesPages(await changedFiles(history), place.stem, notesOn(history))
  for (const page of changes) {
    for (const file of page.files) for (const whole of filesOfChange(file)) yield stored(whole)
    yield changesFile(page, place, info)
  }

  await place.record.push(`\n],"children":[`)
  for (const [i, child] of session.children(read).entries()) {
    if (i > 0) await place.record.push(",")
    const parent = { href: pageName(place.stem, 1), title: titleOf(info) }
    yield* sessionFiles(child, { ...place, stem: stemOf(child.info.id), parent, from: undefined, halt: undefined })
  }
  await place.record.push("]}")

  yield drawn(first, {
    ...headOf(facts, info, changes, history.further.size, place),
    trace: traceView(trace),
    live,
    parts: partLinks(links.slice(1)),
    next: links.length > 1 ? pageName(place.stem, 2) : undefined,
  })
}

/** What all pages of a session have in common, with nothing on it yet. */
function bareView(place: Place, info: Session["info"], path: string, number: number): Page["view"] {
  return {
    ...{ id: place.id, title: titleOf(info), description: "", number, path, first: pageName(place.stem, 1) },
    ...{ previous: undefined, next: undefined, live: false, parent: place.parent },
    ...{ facts: [], changes: [], allChanges: undefined, changed: undefined, trace: undefined, done: "", parts: [] },
    ...{ generator: `opencode-bucket ${place.version}`, sheet: place.sheet },
  }
}

function changesFile(page: ChangesPage, place: Place, info: Session["info"]): SiteFile {
  const { path, number, previous, next } = page
  const description = "The files that changed in this session, with their diffs."
  const view = { ...bareView(place, info, path, number), description, previous, next }
  const empty = { items: [], outline: [], failures: [], moreFailures: 0 }
  const render = async () => {
    const changed = await changedView(page)
    return Buffer.from(await (place.renderPage ?? prebuiltPage)({ ...view, ...empty, changed }))
  }
  const input = createHash("sha256")
    .update(JSON.stringify([view, page]))
    .digest("hex")
  return { path, contentType: "text/html; charset=utf-8", cacheControl: REVALIDATE, input, render }
}

function headOf(
  facts: Facts,
  info: Session["info"],
  pages: readonly ChangesPage[],
  further: number,
  { leftOut, expires, stem }: Place,
) {
  const done = doneInWords(facts)
  const { total, ...changes } = headOfChanges(pages, further)
  return {
    facts: [
      ...factsInWords(facts, info, total),
      ...(leftOut ? [{ name: "Left out", value: leftOut, named: true }] : []),
      // Of the share, so not on subagents' pages: another end redraws one page alone.
      ...(expires && stem === "" ? [untilInWords(expires)] : []),
    ],
    ...changes,
    done,
    description: done || "A conversation with a coding agent.",
  }
}

function stored({ path, contentType, body }: StoredFile): SiteFile {
  return { path, contentType, cacheControl: SHORTLY, input: path, render: async () => body }
}
