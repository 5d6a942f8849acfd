import { bytesOf, type TemporaryFiles } from "../../lib/temporary-files.ts"
import type { Session } from "../../session/model.ts"
import { type GatheredText, gatherText } from "./gathered-text.ts"
import { prebuiltSheet, type RenderPage, type Sheet } from "./page.ts"
import { type Halted, REVALIDATE, SHORTLY, sessionFiles } from "./session-pages.ts"
import type { SiteFile } from "./site-file.ts"

export interface SiteOptions {
  /** The share's id: every page carries it. */
  id: string
  /** This package's version: what an older one drew is drawn again. */
  version: string
  /** Draws a page; the prebuilt one of this package, unless given. */
  renderPage?: RenderPage
  /** The style sheet that these pages need, likewise. */
  sheet?: Sheet
  /** Whether the session still goes on, so that an open page asks for more. Seen from its last message, unless given. */
  live?: boolean | undefined
  /** What was left out of the session, in words; the page says so. */
  leftOut?: string | undefined
  /** When the share ends, ISO 8601; its first page says so. */
  expires?: string | undefined
  /** Where long records of the session are kept until they are stored; in memory, unless given. */
  temporary?: TemporaryFiles | undefined
  /** Where an earlier run had come to with the same session: its files so far are given, but not to be drawn. */
  from?: SiteSoFar | undefined
  /** After how many messages to tell how far it is. What is told holds only as long as nothing else is asked for. */
  halt?: { after: number; take(soFar: SiteSoFar): void } | undefined
}

/** How far a share is after some of a session's messages. */
export interface SiteSoFar extends Halted {
  files: Omit<SiteFile, "render">[]
}

/**
 * The files of a share, in the order in which they are to arrive: the style sheet, attachments and further pages as
 * they come, children's sessions, `session.json` and `session.md`, and `index.html` last. Nothing is drawn before
 * `render` is called.
 * Reads the messages once and keeps those of a few pages at a time.
 */
export async function* site(session: Session, options: SiteOptions): AsyncGenerator<SiteFile> {
  const { from, halt, temporary } = options
  const files: SiteSoFar["files"] = [...(from?.files ?? [])]
  const seen = new Set(files.map(({ path }) => path))
  const record = gatherText(temporary)
  const text = gatherText(temporary)
  const { path: sheet, content } = options.sheet ?? (await prebuiltSheet())
  const contentType = "text/css; charset=utf-8"
  yield { path: sheet, contentType, cacheControl: SHORTLY, input: sheet, render: async () => Buffer.from(content) }
  for (const file of files) yield { ...file, render: () => Promise.reject(new Error(`${file.path} was drawn before`)) }
  const place = {
    ...{ ...options, sheet, stem: "", record, text, parent: undefined },
    halt: halt && { ...halt, take: (soFar: Halted) => halt.take({ ...soFar, files }) },
  }
  for await (const file of sessionFiles(session, place)) {
    if (seen.has(file.path)) continue
    seen.add(file.path)
    const { render: _, ...known } = file
    files.push(known)
    if (file.path === "index.html") {
      yield await document("session.json", "application/json; charset=utf-8", record)
      yield await document("session.md", "text/markdown; charset=utf-8", text)
    }
    yield file
  }
}

async function document(path: string, contentType: string, text: GatheredText): Promise<SiteFile> {
  await text.push("\n")
  const input = await text.hash()
  const content = await text.content()
  return { path, contentType, cacheControl: REVALIDATE, input, hash: input, content, render: () => bytesOf(content) }
}
