import type { Session } from "../session/model.ts"
import { type GatheredText, gatherText } from "./gathered-text.ts"
import { prebuiltSheet, type RenderPage } from "./page.ts"
import { REVALIDATE, SHORTLY, sessionFiles } from "./session-pages.ts"
import type { SiteFile } from "./site-file.ts"

export interface SiteOptions {
  /** The share's id: every page carries it. */
  id: string
  /** This package's version: what an older one drew is drawn again. */
  version: string
  /** Draws a page; the prebuilt one of this package, unless given. */
  renderPage?: RenderPage
  /** Whether the session still goes on, so that an open page asks for more. Seen from its last message, unless given. */
  live?: boolean | undefined
  /** What was left out of the session, in words; the page says so. */
  leftOut?: string | undefined
  /** When the share ends, ISO 8601; its first page says so. */
  expires?: string | undefined
}

/**
 * The files of a share, in the order in which they are to arrive: the style sheet, attachments and further pages as they come, children's
 * sessions, `session.json` and `session.md`, and `index.html` last. Nothing is drawn before `render` is called.
 * Reads the messages once and keeps those of a few pages at a time.
 */
export async function* site(session: Session, options: SiteOptions): AsyncGenerator<SiteFile> {
  const seen = new Set<string>()
  const record = gatherText()
  const text = gatherText()
  const { path: sheet, content } = await prebuiltSheet()
  const contentType = "text/css; charset=utf-8"
  yield { path: sheet, contentType, cacheControl: SHORTLY, input: sheet, render: async () => Buffer.from(content) }
  for await (const file of sessionFiles(session, { ...options, sheet, stem: "", record, text, parent: undefined })) {
    if (seen.has(file.path)) continue
    seen.add(file.path)
    if (file.path === "index.html") {
      yield document("session.json", "application/json; charset=utf-8", record, options.version)
      yield document("session.md", "text/markdown; charset=utf-8", text, options.version)
    }
    yield file
  }
}

function document(path: string, contentType: string, text: GatheredText, version: string): SiteFile {
  text.push("\n")
  const input = text.hash(version)
  return { path, contentType, cacheControl: REVALIDATE, input, render: async () => text.bytes() }
}
