import { query, root } from "./dom.ts"

/** Browsers refuse to fetch files from the disk. */
export const canFetch = location.protocol.startsWith("http")

/** File name under which this document was published. */
export const ownPage = root.dataset["page"] ?? "index.html"

/**
 * Name stem of a session's pages: "" for the session itself, `sub-<hash>` for a child; see
 * src/render/site/session-pages.ts.
 */
export const stemOf = (page: string): string => /^sub-[0-9a-f]+/.exec(page)?.[0] ?? ""

/** First page of this document's session. */
export const firstPage = `${stemOf(ownPage) || "index"}.html`

/** File name of the page of this share that a link leads to; undefined for links to elsewhere. */
export function pageNameOf({ origin, pathname }: HTMLAnchorElement): string | undefined {
  const folder = location.pathname.replace(/[^/]*$/, "")
  const name = pathname.slice(folder.length)
  return origin === location.origin && pathname.startsWith(folder) && /^[\w-]+\.html$/.test(name) ? name : undefined
}

/** Fetches another page of this share, to import its elements. Throws if there is no such page. */
export async function fetchPage(name: string): Promise<Document> {
  const response = await fetch(name, { cache: "no-cache" })
  const page = new DOMParser().parseFromString(response.ok ? await response.text() : "", "text/html")
  // Some servers answer every address with a sign-in or an error page.
  if (
    page.documentElement.dataset["page"] !== name ||
    shareIdOf(page) !== shareIdOf(document) ||
    !query("main > .part", page)
  )
    throw new Error(`There is no page ${name}.`)
  return page
}

const shareIdOf = (page: Document) => query<HTMLMetaElement>("meta[name=share]", page)?.content

/** Whether a fetched page has this page's style and script: the sheet's name is a hash of both. */
export const isSameBuild = (page: Document): boolean => styleSheetOf(page) === styleSheetOf(document)

const styleSheetOf = (page: Document) => query("link[rel=stylesheet]", page)?.getAttribute("href")
