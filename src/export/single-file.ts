import { escapeText, markupOf, styleElement } from "../render/html/safe-html.ts"
import { prebuiltSheet } from "../render/site/page.ts"
import { site } from "../render/site/site.ts"
import type { Session } from "../session/model.ts"
import { type ScratchFolder, withScratchFolder } from "./scratch-folder.ts"
import { type BundledFiles, fileId, inlineFiles, pageId, rewriteLinks, sectionOf } from "./single-file-links.ts"

export interface SingleFileOptions {
  version: string
  /** Description of what was left out of the session. */
  leftOut?: string | undefined
  /** When the share that the page belongs to expires, ISO 8601. */
  expires?: string | undefined
  /** The id of that share, written into the page to identify it. */
  share?: string | undefined
}

/**
 * Renders a session as one HTML document, in chunks: all pages of a share, with the files that they link to. The document
 * loads nothing and has no script; its policy allows none.
 *
 * Pages are stored in a temporary folder until all are rendered, since the outline of the first one covers all of them.
 */
export async function* singleFile(session: Session, options: SingleFileOptions): AsyncGenerator<string> {
  const { share, ...shown } = options
  yield* withScratchFolder(async function* (scratch) {
    const pages: string[] = []
    for await (const file of site(session, { ...shown, id: session.info.id, live: false })) {
      const isPage = file.path.endsWith(".html")
      if (!isPage && !file.path.startsWith("files/")) continue
      await scratch.write(file.path, await file.render())
      if (isPage) pages.push(file.path)
    }
    yield* documentOf(inOrder(pages), scratch, share)
  })
}

/** Orders pages: the session's own, then its changed files, then subagents' sessions in order of creation. */
function inOrder(pages: readonly string[]): string[] {
  const stem = (page: string) => sectionOf(page).replace(/-?changes$/, "")
  const stems = ["", ...new Set(pages.map(stem).filter((stem) => stem !== ""))]
  return pages.toSorted(
    (a, b) =>
      stems.indexOf(stem(a)) - stems.indexOf(stem(b)) ||
      Number(sectionOf(a).endsWith("changes")) - Number(sectionOf(b).endsWith("changes")) ||
      numberOf(a) - numberOf(b),
  )
}

const numberOf = (page: string) =>
  Number(/(?:^|-)(\d{1,9})\.html$/.exec(page.replace(/^sub-[0-9a-f]{10}/, ""))?.[1] ?? 1)

async function* documentOf(
  pages: readonly string[],
  scratch: ScratchFolder,
  share: string | undefined,
): AsyncGenerator<string> {
  const held: BundledFiles = { pages: new Set(pages), read: scratch.read }
  const found = { seen: new Set<string>(), texts: new Set<string>() }
  const text = async (page: string) => Buffer.from(await scratch.read(page)).toString()
  const first = await text("index.html")

  yield headOf(first, (await prebuiltSheet()).style, share)
  yield `<body><a class="skip" href="#_main">Skip to the conversation</a>`
  yield rewriteLinks(headerOf(first), "", held)
  yield `<div class="layout">${await railOf(pages, text, held)}<main id="_main" tabindex="-1">`
  let open = ""
  for (const page of pages) {
    const markup = page === "index.html" ? first : await text(page)
    const book = sectionOf(page)
    if (book !== open) {
      if (open !== "") yield "</details>"
      open = book
      yield `<details class="annex" id="${pageId(page)}"><summary>${titleOf(markup, book)}</summary>`
      if (!book.endsWith("changes")) yield rewriteLinks(headerOf(markup), book, held)
    }
    if (book === "" && page !== "index.html") yield `<span id="${pageId(page)}"></span>`
    const part = rewriteLinks(partOf(markup), book, held)
    yield* inlineFiles(book.endsWith("changes") ? `<div class="changed-files">${part}</div>` : part, held, found)
  }
  if (open !== "") yield "</details>"
  yield* fullTexts(found.texts, held)
  yield `</main></div><footer><p>A session as one file, to keep.</p><p>${generatorOf(first)}</p></footer></body></html>\n`
}

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

function headOf(first: string, pageStyle: string, share: string | undefined): string {
  const style = styleElement(`${pageStyle}${ownStyle}`)
  const policy = `default-src 'none'; style-src 'sha256-${style.hash}'; img-src data:; base-uri 'none'; form-action 'none'`
  const meta = [
    `<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="robots" content="noindex, nofollow, noarchive">`,
    `<meta name="referrer" content="no-referrer">`,
    `<meta name="color-scheme" content="light dark">`,
    `<meta name="generator" content="${generatorOf(first)}">`,
    ...(share === undefined ? [] : [`<meta name="share" content="${share}">`]),
    `<title>${between(first, "<title>", "</title>")}</title>`,
    `<link rel="icon" href="data:,">`,
  ].join("")
  return `<!DOCTYPE html><html lang="en"><head>${meta}${markupOf(style.markup)}</head>`
}

const headerOf = (markup: string) =>
  `<header class="top">${between(markup, '<header class="top">', "</header>").replace(/<p class="actions">[\s\S]*?<\/p>/, "")}</header>`

/** The main content of a page, without links to the previous and next pages. */
const partOf = (markup: string) =>
  between(markup, "<main ", "</main>")
    .replace(/^[^>]*>/, "")
    .replace(/<nav class="pager"[^>]*>[\s\S]*?<\/nav>/g, "")

/** The sidebar of the first page, with the outline of all pages. */
async function railOf(
  pages: readonly string[],
  text: (page: string) => Promise<string>,
  held: BundledFiles,
): Promise<string> {
  let [prompts, failures, annexes] = ["", "", ""]
  const listed = new Set([""])
  for (const page of pages) {
    const markup = await text(page)
    const book = sectionOf(page)
    if (book === "") {
      prompts += between(markup, '<ol class="prompts">', "</ol>")
      failures += between(between(markup, '<section class="failures"', "</section>"), "<ul>", "</ul>")
    } else if (!listed.has(book)) annexes += `<li><a href="#${pageId(page)}">${titleOf(markup, book)}</a></li>`
    listed.add(book)
  }
  const outline = [
    prompts && `<h2>Prompts <small class="here"></small></h2><ol class="prompts">${prompts}</ol>`,
    annexes && `<ul class="parts">${annexes}</ul>`,
    failures &&
      `<section class="failures" aria-labelledby="_failures"><h2 id="_failures">Failed steps</h2><ul>${failures}</ul></section>`,
  ]
  const rail = `<aside${between(await text("index.html"), "<aside", "</aside>")}</aside>`
  return rewriteLinks(
    rail.replace(
      /(<nav id="_outline"[^>]*>)[\s\S]*<\/nav>/,
      (_, nav: string) => `${nav}${outline.filter(Boolean).join("")}</nav>`,
    ),
    "",
    held,
  )
}

/** The full version of each text that is truncated on its page. */
async function* fullTexts(paths: ReadonlySet<string>, held: BundledFiles): AsyncGenerator<string> {
  const count = paths.size
  let number = 0
  for (const path of paths) {
    const text = escapeText(Buffer.from(await held.read(path)).toString())
    yield `<details class="annex" id="${fileId(path)}"><summary>Whole text ${++number} of ${count}</summary><pre class="text" tabindex="0">`
    yield markupOf(text)
    yield "</pre></details>"
  }
}

const titleOf = (markup: string, book: string) =>
  book === "changes"
    ? "What changed"
    : book.endsWith("-changes")
      ? "What the subagent changed"
      : `A subagent’s session: ${between(markup, "<h1", "</h1>")
          .replace(/^[^>]*>/, "")
          .replace(/<[^>]*>/g, "")}`

const generatorOf = (markup: string) => between(markup, '<meta name="generator" content="', '"')

/** The text between two markers; "" if they do not occur. */
function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start)
  const to = from < 0 ? -1 : text.indexOf(end, from + start.length)
  return to < 0 ? "" : text.slice(from + start.length, to)
}
