import { sha256 } from "../../lib/hash.ts"
import { bytesOf } from "../../lib/temporary-files.ts"
import type { Session } from "../../session/model.ts"
import { buildChangedView } from "../changes/changes-pages.ts"
import { type LinkRecord, newLinkRecord, shareLinks } from "../links.ts"
import { DocumentWriter } from "./document-writer.ts"
import { type PageRenderer, prebuiltPage } from "./page-renderer.ts"
import { type PagesCheckpoint, type SessionOutput, type SessionPage, sessionPages } from "./session-pages.ts"
import type { SharePageOptions } from "./share-page-options.ts"
import { CACHE_BRIEFLY, CACHE_REVALIDATE, type SiteFile } from "./site-file.ts"
import { type SpooledText, spoolText } from "./spooled-text.ts"

export interface SiteOptions extends SharePageOptions {
  /** Resumes from an earlier run, and captures the state for the next one. */
  resume?: SiteResume | undefined
}

/** Position at which rendering resumes, and at which its state is captured. */
export interface SiteResume {
  /** Checkpoint of an earlier run. Its files are yielded but must not be rendered. */
  from: SiteCheckpoint | undefined
  /** Number of messages after which the state is captured. */
  captureAfter: number
  /** Receives the state. It is valid only until the next file is requested. */
  onCapture(checkpoint: SiteCheckpoint): void
}

const PAGE_TYPE = "text/html; charset=utf-8"

/** State of a site after some of a session's messages. */
export interface SiteCheckpoint extends PagesCheckpoint {
  files: Omit<SiteFile, "render" | "links">[]
}

/**
 * Yields the files of a share in upload order: the style sheet; attachments and further pages as they are completed;
 * children's sessions; `session.json` and `session.md`; `index.html` last. Reads the messages once and holds those of a
 * few pages at a time.
 */
export async function* site(session: Session, options: SiteOptions): AsyncGenerator<SiteFile> {
  const { resume, temporary } = options
  const renderer = options.page ?? (await prebuiltPage())
  const files: SiteCheckpoint["files"] = [...(resume?.from?.files ?? [])]
  const seenPaths = new Set(files.map(({ path }) => path))
  const record = spoolText(temporary)
  const text = spoolText(temporary)
  const { path: sheet, content } = renderer.sheet
  yield textFile(sheet, "text/css; charset=utf-8", CACHE_BRIEFLY, Buffer.from(content))
  for (const file of files) yield { ...file, render: () => Promise.reject(new Error(`${file.path} is not rendered`)) }
  const { id, version, live, leftOut, expires } = options
  const context = {
    ...{ id, version, live, leftOut, expires, sheet, renderer },
    stem: "",
    parent: undefined,
    linksFrom: (_: string, links: LinkRecord) => shareLinks(links),
    documents: new DocumentWriter(record, text),
    resume: resume && { ...resume, onCapture: (pages: PagesCheckpoint) => resume.onCapture({ ...pages, files }) },
  }
  for await (const output of sessionPages(session, context)) {
    if (output.type === "session") continue
    const file = await siteFile(output, renderer)
    if (seenPaths.has(file.path)) continue
    seenPaths.add(file.path)
    const { render: _, links: __, ...metadata } = file
    files.push(metadata)
    if (file.path === "index.html") {
      yield await documentFile("session.json", "application/json; charset=utf-8", record)
      yield await documentFile("session.md", "text/markdown; charset=utf-8", text)
    }
    yield file
  }
}

async function siteFile(
  output: Exclude<SessionOutput, { type: "session" }>,
  renderer: PageRenderer,
): Promise<SiteFile> {
  switch (output.type) {
    case "file": {
      const { path, contentType, body } = output.file
      return { path, contentType, cacheControl: CACHE_BRIEFLY, input: path, render: async () => body }
    }
    case "page":
      return pageFile(output.page, renderer)
    case "changes":
      return changesFile(output, renderer)
  }
}

/** A page of changed files, rendered only if they changed. */
function changesFile({ view, changes }: Extract<SessionOutput, { type: "changes" }>, renderer: PageRenderer): SiteFile {
  const links = newLinkRecord()
  return {
    path: view.path,
    contentType: PAGE_TYPE,
    cacheControl: CACHE_REVALIDATE,
    input: sha256(JSON.stringify([view, changes])),
    links: links.paths,
    async render() {
      const changed = await buildChangedView(changes)
      return Buffer.from(await renderer.renderPage({ ...view, changed }, shareLinks(links)))
    },
  }
}

/** A page's content is its input: it is rendered to know where the page ends. */
async function pageFile({ view, links, firstMessage }: SessionPage, renderer: PageRenderer): Promise<SiteFile> {
  const body = Buffer.from(await renderer.renderPage(view, shareLinks(links)))
  return {
    ...textFile(view.path, PAGE_TYPE, CACHE_REVALIDATE, body),
    ...(firstMessage !== undefined && { first: firstMessage }),
    links: links.paths,
  }
}

function textFile(path: string, contentType: string, cacheControl: string, body: Uint8Array): SiteFile {
  const hash = sha256(body)
  return { path, contentType, cacheControl, input: hash, hash, render: async () => body }
}

async function documentFile(path: string, contentType: string, text: SpooledText): Promise<SiteFile> {
  await text.push("\n")
  const input = await text.hash()
  const content = await text.content()
  return {
    path,
    contentType,
    cacheControl: CACHE_REVALIDATE,
    input,
    hash: input,
    content,
    render: () => bytesOf(content),
  }
}
