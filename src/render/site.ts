import { createHash } from "node:crypto"
import type { Json, Message, Session } from "../session/model.ts"
import type { StoredFile } from "./attachment.ts"
import { clip } from "./cut.ts"
import { addFacts, changesInWords, doneInWords, type Facts, factsInWords, noFacts } from "./facts.ts"
import { filesOf, isPrompt } from "./items.ts"
import { inputOf, type Page, prebuiltPage, type RenderPage, viewOf } from "./page.ts"
import { pageBreaks } from "./paginate.ts"
import { headingMarkdown, messageMarkdown } from "./session-markdown.ts"
import type { SiteFile } from "./site-file.ts"

export interface SiteOptions {
  /** The share's id: every page carries it. */
  id: string
  /** This package's version: what an older one drew is drawn again. */
  version: string
  /** Draws a page; the prebuilt one of this package, unless given. */
  renderPage?: RenderPage
}

/** Pages and records change in place, and must be gone at once when they are deleted: caches have to ask every time. */
const REVALIDATE = "no-cache"
/** Files are named after their content and never change; but a cache must not keep them long after they are deleted. */
const SHORTLY = "private, max-age=300"

/**
 * The files of a share, in the order in which they are to arrive: attachments and further pages as they come, children's
 * sessions, `session.json` and `session.md`, and `index.html` last. Nothing is drawn before `render` is called.
 * Reads the messages once and keeps those of one page at a time, and of the first page until the facts are known.
 */
export async function* site(session: Session, options: SiteOptions): AsyncGenerator<SiteFile> {
  const seen = new Set<string>()
  const record: string[] = []
  const text: string[] = []
  for await (const file of sessionFiles(session, { ...options, stem: "", record, text, parent: undefined })) {
    if (seen.has(file.path)) continue
    seen.add(file.path)
    if (file.path === "index.html") {
      yield document("session.json", "application/json; charset=utf-8", record, options.version)
      yield document("session.md", "text/markdown; charset=utf-8", text, options.version)
    }
    yield file
  }
}

interface Place extends SiteOptions {
  /** What the pages are called: "" for the session itself, `sub-<hash>` for a child. */
  stem: string
  /** Where the pieces of `session.json` and `session.md` go. */
  record: string[]
  text: string[]
  parent: { href: string; title: string } | undefined
}

/** The name of a session's page, by the page's number. */
function pageName(stem: string, number: number): string {
  if (number === 1) return stem === "" ? "index.html" : `${stem}.html`
  return stem === "" ? `${number}.html` : `${stem}-${number}.html`
}

const titleOf = ({ title }: Session["info"]) => clip(title.trim(), 300) || "Untitled session"

const stemOf = (sessionID: string) => `sub-${createHash("sha256").update(sessionID).digest("hex").slice(0, 10)}`

/** All files of one session and its children; its own first page comes last. */
async function* sessionFiles(session: Session, place: Place): AsyncGenerator<SiteFile> {
  const { info } = session
  const childPages = new Map(session.children.map((child) => [child.info.id, pageName(stemOf(child.info.id), 1)]))
  const breaks = pageBreaks()
  const facts = noFacts()
  let first: { page: Page; records: string[] } | undefined
  let messages: Message[] = []
  let records: string[] = []
  let number = 1
  let promptsBefore = 0

  const pageOf = (hasNext: boolean): Page => ({
    view: {
      id: place.id,
      title: titleOf(info),
      description: "",
      number,
      previous: number > 1 ? pageName(place.stem, number - 1) : undefined,
      next: hasNext ? pageName(place.stem, number + 1) : undefined,
      parent: place.parent,
      facts: [],
      changes: [],
      moreChanges: false,
      done: "",
      generator: `opencode-bucket ${place.version}`,
    },
    messages,
    promptsBefore,
    context: { began: facts.began, directory: info.directory, childPage: (id) => childPages.get(id) },
  })

  place.record.push(`{"info":${writeJson(info.raw)},"messages":[`)
  place.text.push(headingMarkdown(info))
  let separator = ""
  for await (const message of session.messages()) {
    if (breaks(message)) {
      const page = pageOf(true)
      if (number === 1) first = { page, records }
      else yield drawn(page, records, place, number)
      promptsBefore += messages.filter(isPrompt).length
      messages = []
      records = []
      number++
    }
    addFacts(facts, message)
    const record = writeJson(message.raw)
    place.record.push(separator, "\n", record)
    separator = ","
    messages.push(message)
    records.push(record)
    place.text.push(messageMarkdown(message))
    for (const file of filesOf(message)) yield stored(file)
  }
  const last = pageOf(false)
  if (number === 1) first = { page: last, records }
  else yield drawn(last, records, place, number)

  place.record.push(`\n],"children":[`)
  for (const [i, child] of session.children.entries()) {
    if (i > 0) place.record.push(",")
    const parent = { href: pageName(place.stem, 1), title: titleOf(info) }
    yield* sessionFiles(child, { ...place, stem: stemOf(child.info.id), parent })
  }
  place.record.push("]}")

  const { page, records: own } = first!
  page.view = { ...page.view, ...headOf(facts, info) }
  yield drawn(page, own, place, 1)
}

function headOf(facts: Facts, info: Session["info"]) {
  const done = doneInWords(facts)
  return {
    facts: factsInWords(facts, info),
    changes: changesInWords(facts),
    moreChanges: facts.moreChanges,
    done,
    description: done || "A conversation with a coding agent.",
  }
}

function drawn(page: Page, records: readonly string[], place: Place, number: number): SiteFile {
  const path = pageName(place.stem, number)
  const render = async () => Buffer.from(await (place.renderPage ?? prebuiltPage)(await viewOf(page)))
  return {
    path,
    contentType: "text/html; charset=utf-8",
    cacheControl: REVALIDATE,
    input: inputOf(page, records),
    render,
  }
}

function stored({ path, contentType, body }: StoredFile): SiteFile {
  return { path, contentType, cacheControl: SHORTLY, input: path, render: async () => body }
}

function document(path: string, contentType: string, pieces: readonly string[], version: string): SiteFile {
  const hash = createHash("sha256").update(version)
  for (const piece of pieces) hash.update(piece)
  return {
    path,
    contentType,
    cacheControl: REVALIDATE,
    input: hash.digest("hex"),
    render: async () => Buffer.from(`${pieces.join("")}\n`),
  }
}

/** A record as JSON; one that is nested too deeply to be written is replaced by a note in its place. */
function writeJson(value: Json): string {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify({ unreadable: "nested too deeply to be written" })
  }
}
