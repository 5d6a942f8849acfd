import { one, root } from "./dom.ts"

/** Whether other pages can be fetched: from the disk, browsers refuse it. */
export const canFetch = location.protocol.startsWith("http")

/** The name of the page that this document was opened as. */
export const ownPage = root.dataset["page"] ?? "index.html"

/** Whose page it is: "" of the session itself, `sub-<hash>` of a child; see src/render/site/session-pages.ts. */
export const stemOf = (page: string): string => /^sub-[0-9a-f]+/.exec(page)?.[0] ?? ""

/** The first page of the session that this document belongs to. */
export const firstPage = `${stemOf(ownPage) || "index"}.html`

/** The name of the page of this share that a link leads to; undefined if it leads elsewhere. */
export function pageAt({ origin, pathname }: HTMLAnchorElement): string | undefined {
  const folder = location.pathname.replace(/[^/]*$/, "")
  const name = pathname.slice(folder.length)
  return origin === location.origin && pathname.startsWith(folder) && /^[\w-]+\.html$/.test(name) ? name : undefined
}

/** Another page of this share, for its elements to be taken over. Throws where there is no such page. */
export async function fetchPage(name: string): Promise<Document> {
  const response = await fetch(name, { cache: "no-cache" })
  const page = new DOMParser().parseFromString(response.ok ? await response.text() : "", "text/html")
  // What answers for every address (a sign-in, an error page) is no page of ours.
  if (
    page.documentElement.dataset["page"] !== name ||
    shareOf(page) !== shareOf(document) ||
    !one("main > .part", page)
  )
    throw new Error(`There is no page ${name}.`)
  return page
}

const shareOf = (page: Document) => one<HTMLMetaElement>("meta[name=share]", page)?.content

/** Whether a fetched page has the style sheet and the script of this one: the sheet is named by its content, both are in it. */
export const isSameMake = (page: Document): boolean => sheetOf(page) === sheetOf(document)

const sheetOf = (page: Document) => one("link[rel=stylesheet]", page)?.getAttribute("href")
