import { buildChangedView } from "../render/changes/changes-pages.ts"
import { html, markupOf, printable, type SafeHtml, styleElement } from "../render/html/safe-html.ts"
import { newLinkRecord, type PageLinks } from "../render/links.ts"
import { type PageRenderer, type PageSheet, prebuiltPage } from "../render/site/page-renderer.ts"
import { sessionPages } from "../render/site/session-pages.ts"
import type { PageView, SectionLink } from "../render/view.ts"
import type { Session } from "../session/model.ts"
import { type ScratchFolder, withScratchFolder } from "./scratch-folder.ts"
import { fileId, pageId, type ShownImages, sectionOf, singleFileLinks } from "./single-file-links.ts"

export interface SingleFileOptions {
  version: string
  /** Description of what was left out of the session. */
  leftOut?: string | undefined
  /** When the share that the page belongs to expires, ISO 8601. */
  expires?: string | undefined
  /** The id of that share, written into the page to identify it. */
  share?: string | undefined
}

/** The pages of one session. Their content is in the scratch folder, by path. */
interface SessionParts {
  /** In order. Without items. */
  pages: PageView[]
  changes: PageView[]
}

/** A session and its subagents' sessions, in order of their beginnings. */
interface RenderedSession {
  sessions: Map<string, SessionParts>
  /** Paths of texts that are shown in part. */
  texts: Set<string>
}

/**
 * Renders a session as one HTML document, in chunks: all pages of a share, with the files that they link to. The document
 * loads nothing and has no script; its policy allows none.
 *
 * Pages are stored in a temporary folder until all are rendered, since the outline comes first and covers all of them.
 */
export async function* singleFile(session: Session, options: SingleFileOptions): AsyncGenerator<string> {
  const renderer = await prebuiltPage()
  yield* withScratchFolder(async function* (scratch) {
    const rendered = await renderParts(session, options, renderer, scratch)
    yield* documentOf(rendered, options.share, renderer, scratch)
  })
}

async function renderParts(
  session: Session,
  { version, leftOut, expires }: SingleFileOptions,
  renderer: PageRenderer,
  scratch: ScratchFolder,
): Promise<RenderedSession> {
  const sessions = new Map<string, SessionParts>()
  const texts = new Set<string>()
  const images: ShownImages = new Map()
  const write = (path: string, markup: SafeHtml) => scratch.write(path, Buffer.from(markupOf(markup)))
  const context = {
    id: session.info.id,
    version,
    leftOut,
    expires,
    live: false,
    sheet: "",
    stem: "",
    parent: undefined,
  }
  const linksFrom: Parameters<typeof sessionPages>[1]["linksFrom"] = (stem, links) =>
    singleFileLinks(stem, links, images)
  for await (const output of sessionPages(session, { ...context, renderer, linksFrom }))
    switch (output.type) {
      case "session":
        sessions.set(output.stem, { pages: [], changes: [] })
        break
      case "file":
        if (!output.file.path.endsWith(".txt") || texts.has(output.file.path)) break
        texts.add(output.file.path)
        await scratch.write(output.file.path, output.file.body)
        break
      case "page": {
        const { stem, view } = output.page
        await write(view.path, await renderer.renderEntries(view.items, singleFileLinks(stem, newLinkRecord(), images)))
        sessions.get(stem)!.pages.push({ ...view, items: [] })
        break
      }
      case "changes": {
        const { stem, view, changes } = output
        const links = singleFileLinks(sectionOf(view.path), newLinkRecord(), images)
        await write(
          view.path,
          await renderer.renderChanges({ ...view, changed: await buildChangedView(changes) }, links),
        )
        sessions.get(stem)!.changes.push(view)
      }
    }
  for (const { pages } of sessions.values()) pages.sort((a, b) => a.number - b.number)
  return { sessions, texts }
}

async function* documentOf(
  { sessions, texts }: RenderedSession,
  share: string | undefined,
  renderer: PageRenderer & { sheet: PageSheet },
  scratch: ScratchFolder,
): AsyncGenerator<string> {
  const first = sessions.get("")!.pages[0]!
  const links = linksIn("")
  const content = async (path: string) => Buffer.from(await scratch.read(path)).toString()
  yield markupOf(headOf(first, renderer.sheet.style, share))
  yield markupOf(html`<body><a class="skip" href="#_main">Skip to the conversation</a>`)
  yield markupOf(await renderer.renderHeader(first, links))
  yield markupOf(html`<div class="layout">${await railOf(sessions, renderer, links)}<main id="_main" tabindex="-1">`)
  for (const [stem, { pages, changes }] of sessions) {
    if (stem !== "") {
      yield markupOf(annexStart(pages[0]!.path, sessionTitle(pages[0]!)))
      yield markupOf(await renderer.renderHeader(pages[0]!, linksIn(stem)))
    }
    for (const { path, number } of pages) {
      if (number > 1) yield markupOf(html`<span id="${pageId(path)}"></span>`)
      yield markupOf(html`<div class="part" data-page="${path}">`)
      yield await content(path)
      yield "</div>"
    }
    if (stem !== "") yield "</details>"
    if (changes.length === 0) continue
    yield markupOf(annexStart(changes[0]!.path, changesTitle(stem)))
    for (const { path } of changes) yield `<div class="changed-files">${await content(path)}</div>`
    yield "</details>"
  }
  yield* fullTexts(texts, content)
  yield `</main></div><footer><p>A session as one file, to keep.</p>`
  yield markupOf(html`<p>${first.generator}</p></footer></body></html>\n`)
}

/** Links of a region that shows no stored files. */
const linksIn = (section: string) => singleFileLinks(section, newLinkRecord(), new Map())

const annexStart = (page: string, title: string) =>
  html`<details class="annex" id="${pageId(page)}"><summary>${title}</summary>`

// Lets browsers skip parts outside the viewport: a long session has 100,000 elements.
const ownStyle = `
@media screen{.part{content-visibility:auto;contain-intrinsic-block-size:auto 12000px}}
.annex{margin-top:28px;border-top:1px solid var(--rule)}
.annex>summary{padding:12px 0;font-weight:600}
.annex>summary::before{content:"▸ ";color:var(--mute)}
.annex[open]>summary::before{content:"▾ "}
.annex:is(:target,:has(:target))::details-content{content-visibility:visible;block-size:auto}
.annex .top h1{font-size:20px}
.annex>pre{white-space:pre-wrap;max-height:none}
.files img:target{max-height:none}
#_outline .parts{padding-top:14px}`

function headOf({ title, generator }: PageView, pageStyle: string, share: string | undefined): SafeHtml {
  const style = styleElement(`${pageStyle}${ownStyle}`)
  const policy = `default-src 'none'; style-src 'sha256-${style.hash}'; img-src data:; base-uri 'none'; form-action 'none'`
  const meta = (name: string, content: string) => html`<meta name="${name}" content="${content}">`
  const metas = [
    html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">`,
    meta("viewport", "width=device-width, initial-scale=1"),
    meta("robots", "noindex, nofollow, noarchive"),
    meta("referrer", "no-referrer"),
    meta("color-scheme", "light dark"),
    meta("generator", generator),
    ...(share === undefined ? [] : [meta("share", share)]),
  ]
  return html`<!DOCTYPE html><html lang="en"><head>${metas}<title>${printable(title)}</title><link rel="icon" href="data:,">${style.markup}</head>`
}

/** The sidebar, with the outline of all pages. */
function railOf(sessions: RenderedSession["sessions"], renderer: PageRenderer, links: PageLinks): Promise<SafeHtml> {
  const { pages } = sessions.get("")!
  const sections: SectionLink[] = []
  for (const [stem, { pages, changes }] of sessions) {
    if (stem !== "") sections.push({ href: pages[0]!.path, label: sessionTitle(pages[0]!) })
    if (changes[0]) sections.push({ href: changes[0].path, label: changesTitle(stem) })
  }
  const rail = {
    ...pages[0]!,
    outline: pages.flatMap(({ outline }) => outline),
    failures: pages.flatMap(({ failures }) => failures),
    moreFailures: pages.reduce((sum, { moreFailures }) => sum + moreFailures, 0),
    parts: [],
  }
  return renderer.renderRail(rail, sections, links)
}

/** The full version of each text that is truncated on its page. */
async function* fullTexts(
  paths: ReadonlySet<string>,
  content: (path: string) => Promise<string>,
): AsyncGenerator<string> {
  let number = 0
  for (const path of paths) {
    const title = `Whole text ${++number} of ${paths.size}`
    yield markupOf(html`<details class="annex" id="${fileId({ path })}"><summary>${title}</summary>`)
    yield markupOf(html`<pre class="text" tabindex="0">${await content(path)}</pre></details>`)
  }
}

const sessionTitle = ({ title }: PageView) => `A subagent’s session: ${title}`

const changesTitle = (stem: string) => (stem === "" ? "What changed" : "What the subagent changed")
