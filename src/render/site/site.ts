import { bytesOf, type TemporaryFiles } from "../../lib/temporary-files.ts"
import type { Session } from "../../session/model.ts"
import { type PageSheet, prebuiltSheet, type RenderPage } from "./page.ts"
import { CACHE_BRIEFLY, CACHE_REVALIDATE, type PagesCheckpoint, sessionFiles } from "./session-pages.ts"
import type { SiteFile } from "./site-file.ts"
import { type SpooledText, spoolText } from "./spooled-text.ts"

export interface SiteOptions {
  /** The share's id, written into every page. */
  id: string
  /** This package's version. Pages of another version are rendered again. */
  version: string
  /** Renders a page; by default, this package's prebuilt page does. */
  renderPage?: RenderPage
  /** Style sheet of these pages; by default, the prebuilt page's. */
  sheet?: PageSheet
  /** Whether the session is unfinished, so that open pages poll for more. Derived from its last message by default. */
  live?: boolean | undefined
  /** Names of the content left out, shown on the page. */
  leftOut?: string | undefined
  /** Expiry date, ISO 8601, shown on the first page. */
  expires?: string | undefined
  /** Holds long documents until they are uploaded; in memory by default. */
  temporary?: TemporaryFiles | undefined
  /** Resumes from an earlier run, and captures the state for the next one. */
  resume?: SiteResume | undefined
}

/** Where rendering resumes, and where its state is captured. */
export interface SiteResume {
  /** Checkpoint of an earlier run. Its files are yielded but must not be rendered. */
  from: SiteCheckpoint | undefined
  /** Number of messages after which the state is captured. */
  captureAfter: number
  /** Receives the state. It is valid only until the next file is requested. */
  onCapture(checkpoint: SiteCheckpoint): void
}

/** State of a site after some of a session's messages. */
export interface SiteCheckpoint extends PagesCheckpoint {
  files: Omit<SiteFile, "render">[]
}

/**
 * Yields the files of a share in upload order: the style sheet; attachments and further pages as they are completed;
 * children's sessions; `session.json` and `session.md`; `index.html` last. Renders nothing before `render` is called.
 * Reads the messages once and holds those of a few pages at a time.
 */
export async function* site(session: Session, options: SiteOptions): AsyncGenerator<SiteFile> {
  const { resume, temporary } = options
  const files: SiteCheckpoint["files"] = [...(resume?.from?.files ?? [])]
  const seenPaths = new Set(files.map(({ path }) => path))
  const record = spoolText(temporary)
  const text = spoolText(temporary)
  const { path: sheet, content } = options.sheet ?? (await prebuiltSheet())
  const contentType = "text/css; charset=utf-8"
  yield {
    path: sheet,
    contentType,
    cacheControl: CACHE_BRIEFLY,
    input: sheet,
    render: async () => Buffer.from(content),
  }
  for (const file of files) yield { ...file, render: () => Promise.reject(new Error(`${file.path} was drawn before`)) }
  const context = {
    ...options,
    sheet,
    stem: "",
    record,
    text,
    parent: undefined,
    resume: resume && {
      ...resume,
      onCapture: (pages: PagesCheckpoint) => resume.onCapture({ ...pages, files }),
    },
  }
  for await (const file of sessionFiles(session, context)) {
    if (seenPaths.has(file.path)) continue
    seenPaths.add(file.path)
    const { render: _, ...metadata } = file
    files.push(metadata)
    if (file.path === "index.html") {
      yield await documentFile("session.json", "application/json; charset=utf-8", record)
      yield await documentFile("session.md", "text/markdown; charset=utf-8", text)
    }
    yield file
  }
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
