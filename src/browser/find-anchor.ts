import { announce } from "./announce.ts"
import { canFetch, fetchPage, ownPage, pageNameOf, stemOf } from "./pages.ts"
import { parts } from "./parts.ts"

/**
 * Opens the page that holds the hash's target if this page does not: links from elsewhere know an id, but not always
 * its page. Links to pages that are loaded already scroll instead of navigating.
 */
export function resolveHashAcrossPages(): void {
  if (!canFetch) return
  openPageOfHash()
  addEventListener("hashchange", openPageOfHash)
  const stayOnPage = ({ target, button, ctrlKey, metaKey, shiftKey }: MouseEvent) => {
    const link = (target as Element).closest("a")
    if (!link?.hash || button !== 0 || ctrlKey || metaKey || shiftKey) return
    const page = pageNameOf(link)
    if (page && isLoaded(page) && document.getElementById(link.hash.slice(1))) link.href = link.hash
  }
  // In the capture phase, before other listeners read the link's address.
  document.addEventListener("click", stayOnPage, { capture: true })
}

const isLoaded = (page: string) => parts().some(({ dataset }) => dataset["page"] === page)

async function openPageOfHash(): Promise<void> {
  const { hash, search } = location
  const id = hash.slice(1)
  if (!/^[A-Za-z][\w.-]{0,80}$/.test(id) || document.getElementById(id)) return
  try {
    const page = await findPageOf(id)
    if (location.hash !== hash || document.getElementById(id)) return
    if (page) location.replace(`${page}${search}${hash}`)
    else announce("This link's target is not in this share.")
  } catch {
    announce("Could not look up this link's target.")
  }
}

/** Finds the page that holds an id; undefined if none does. Throws if the manifest cannot be read. */
async function findPageOf(id: string): Promise<string | undefined> {
  const { objects } = (await (await fetch("manifest.json", { cache: "no-cache" })).json()) as {
    objects: Record<string, { first?: string }>
  }
  const pages = Object.entries(objects)
    .filter(([name, { first }]) => /^[\w-]+\.html$/.test(name) && first && stemOf(name) === stemOf(ownPage))
    .map(([name, { first }]) => ({ name, first: sortKey(first as string), number: pageNumber(name) }))
    .sort((a, b) => a.number - b.number)
  const index = Math.max(
    0,
    pages.findLastIndex(({ first }) => first <= sortKey(id)),
  )
  // A part may be newer than the message after its own, and ids may come from other tools: try the neighbours, too.
  for (const page of [pages[index], pages[index - 1], pages[index + 1]])
    if (page && !isLoaded(page.name) && (await fetchPage(page.name)).getElementById(id)) return page.name
  return undefined
}

/** The part of an OpenCode id that sorts by creation time. */
const sortKey = (id: string) => id.replace(/^[a-z]+_/, "")

const pageNumber = (page: string) => Number(/^(?:sub-[0-9a-f]{10}-)?(\d+)\.html$/.exec(page)?.[1] ?? 1)
