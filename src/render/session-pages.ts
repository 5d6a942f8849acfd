import { createHash } from "node:crypto"
import type { Message, Session } from "../session/model.ts"
import type { StoredFile } from "./attachment.ts"
import { addChanges, changedFiles, noChanges, type PromptRef } from "./change-history.ts"
import { type ChangesPage, changedView, changesPages, filesOfChange, headOfChanges, notesOn } from "./changes.ts"
import { clip } from "./cut.ts"
import { addFacts, doneInWords, type Facts, factsInWords, noFacts, untilInWords } from "./facts.ts"
import type { GatheredText } from "./gathered-text.ts"
import { filesOf, isPrompt } from "./items.ts"
import { partLinks } from "./outline.ts"
import { folderOf, inputOf, type Page, prebuiltPage, type RenderPage, viewOf } from "./page.ts"
import { pageBreaks } from "./paginate.ts"
import { writeJson } from "./session-documents.ts"
import { headingMarkdown, messageMarkdown } from "./session-markdown.ts"
import type { SiteFile } from "./site-file.ts"
import { type Piece, splitMessage } from "./split-message.ts"
import { addTrace, noTrace } from "./trace.ts"
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
  const childPages = new Map(session.children.map((child) => [child.info.id, pageName(stemOf(child.info.id), 1)]))
  const breaks = pageBreaks()
  const facts = noFacts()
  const trace = noTrace()
  const links: PartLink[] = []
  let part = newPart(1, 0)
  const first = part
  let held: Part | undefined
  let turn: Turn | undefined
  let last: Message | undefined
  const history = noChanges()
  let asked: PromptRef | undefined

  const drawn = (part: Part, more: Partial<PageView> = {}): SiteFile => {
    const { number, messages, records, promptsBefore, turns } = part
    const path = pageName(place.stem, number)
    const view: Page["view"] = {
      ...bareView(place, info, path, number),
      previous: number > 1 ? pageName(place.stem, number - 1) : undefined,
      next: pageName(place.stem, number + 1),
      ...more,
    }
    const context = { began: facts.began, directory: info.directory, childPage: (id: string) => childPages.get(id) }
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

  place.record.push(`{"info":${writeJson(info.raw)},"messages":[`)
  place.text.push(headingMarkdown(info))
  let separator = ""
  for await (const message of session.messages()) {
    addFacts(facts, message)
    const record = writeJson(message.raw)
    for (const piece of splitMessage(message)) {
      if (breaks(piece)) {
        close(part)
        if (part !== first && turn && part.turns.includes(turn)) held = part
        else if (part !== first) yield drawn(part)
        part = newPart(part.number + 1, part.promptsBefore + part.turns.length)
      }
      if (isPrompt(piece)) {
        if (turn) turn.over = true
        if (held) yield drawn(held)
        held = undefined
        turn = newTurn(piece)
        part.turns.push(turn)
        const number = part.promptsBefore + part.turns.length
        asked = { href: `${pageName(place.stem, part.number)}#${message.id}`, number }
      } else if (turn && !piece.continues) addToTurn(turn, message)
      if (!piece.continues) addTrace(trace, message, pageName(place.stem, part.number))
      part.messages.push(piece)
      part.records.push(record)
      for (const file of filesOf(piece)) yield stored(file)
    }
    await addChanges(history, message, asked, folderOf(message) || info.directory)
    place.record.push(separator, "\n", record)
    separator = ","
    place.text.push(messageMarkdown(message))
    last = message
  }
  const live = place.live ?? goesOn(last)
  if (turn) turn.over = !live
  close(part)
  if (held) yield drawn(held)
  if (part !== first) yield drawn(part, { next: undefined, live })

  const changes = changesPages(await changedFiles(history), place.stem, notesOn(history))
  for (const page of changes) {
    for (const file of page.files) for (const whole of filesOfChange(file)) yield stored(whole)
    yield changesFile(page, place, info)
  }

  place.record.push(`\n],"children":[`)
  for (const [i, child] of session.children.entries()) {
    if (i > 0) place.record.push(",")
    const parent = { href: pageName(place.stem, 1), title: titleOf(info) }
    yield* sessionFiles(child, { ...place, stem: stemOf(child.info.id), parent })
  }
  place.record.push("]}")

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
