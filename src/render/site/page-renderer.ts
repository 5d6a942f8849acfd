import type { SafeHtml } from "../html/safe-html.ts"
import type { PageLinks } from "../links.ts"
import type { PageEntry, PageItem, PageView, SectionLink } from "../view.ts"

/** The components of this package's pages as functions. All throw if a component fails. */
export interface PageRenderer {
  /** A full HTML document. */
  renderPage(view: PageView, links: PageLinks): Promise<string>
  renderItem(item: PageItem, links: PageLinks): Promise<SafeHtml>
  /** Regions of a document that holds a whole session; see `src/export/single-file.ts`. */
  renderHeader(view: PageView, links: PageLinks): Promise<SafeHtml>
  renderRail(view: PageView, sections: readonly SectionLink[], links: PageLinks): Promise<SafeHtml>
  renderEntries(entries: readonly PageEntry[], links: PageLinks): Promise<SafeHtml>
  renderChanges(view: PageView, links: PageLinks): Promise<SafeHtml>
}

/** Style and script shared by all pages of a share, as one file. */
export interface PageSheet {
  /** `page-<hash>.css` */
  path: string
  /** The style, with the script in it as a string. */
  content: string
  style: string
  script: string
}

let loadedPage: Promise<typeof import("#page")> | undefined

/** This package's prebuilt page, loaded on first use: every `import()` resolves its specifier anew. */
export function prebuiltPage(): Promise<PageRenderer & { sheet: PageSheet }> {
  loadedPage ??= import("#page")
  return loadedPage
}
