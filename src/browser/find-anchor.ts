import { canFetch, fetchPage, ownPage, pageAt, stemOf } from "./pages.ts"
import { parts } from "./parts.ts"
import { say } from "./say.ts"

/**
 * Goes to the page that has what the address points to, if this one does not: links from elsewhere know an id, but not
 * always the page that it is on. Links to pages that are loaded lead there without leaving this one.
 */
export function findAnchors(): void {
  if (!canFetch) return
  find()
  addEventListener("hashchange", find)
  const stay = ({ target, button, ctrlKey, metaKey, shiftKey }: MouseEvent) => {
    const link = (target as Element).closest("a")
    if (!link?.hash || button !== 0 || ctrlKey || metaKey || shiftKey) return
    const page = pageAt(link)
    if (page && isLoaded(page) && document.getElementById(link.hash.slice(1))) link.href = link.hash
  }
  // Before anybody else looks at where the link leads.
  document.addEventListener("click", stay, { capture: true })
}

const isLoaded = (page: string) => parts().some(({ dataset }) => dataset["page"] === page)

async function find(): Promise<void> {
  const { hash, search } = location
  const id = hash.slice(1)
  if (!/^[A-Za-z][\w.-]{0,80}$/.test(id) || document.getElementById(id)) return
  try {
    const page = await pageOf(id)
    if (location.hash !== hash || document.getElementById(id)) return
    if (page) location.replace(`${page}${search}${hash}`)
    else say("This link leads to nothing in this share.")
  } catch {
    say("What this link leads to could not be looked for.")
  }
}

/** The page that an id is on; undefined if it is on none. Throws when the share does not say which pages it has. */
async function pageOf(id: string): Promise<string | undefined> {
  const { objects } = (await (await fetch("manifest.json", { cache: "no-cache" })).json()) as {
    objects: Record<string, { first?: string }>
  }
  const pages = Object.entries(objects)
    .filter(([name, { first }]) => /^[\w-]+\.html$/.test(name) && first && stemOf(name) === stemOf(ownPage))
    .map(([name, { first }]) => ({ name, first: rank(first as string), number: numberOf(name) }))
    .sort((a, b) => a.number - b.number)
  const at = Math.max(
    0,
    pages.findLastIndex(({ first }) => first <= rank(id)),
  )
  // A part may be younger than the message after its own, and an id may be of somebody else's making.
  for (const page of [pages[at], pages[at - 1], pages[at + 1]])
    if (page && !isLoaded(page.name) && (await fetchPage(page.name)).getElementById(id)) return page.name
  return undefined
}

/** What ids of messages and parts sort by, each after the time at which it was made. */
const rank = (id: string) => id.replace(/^[a-z]+_/, "")

const numberOf = (page: string) => Number(/^(?:sub-[0-9a-f]{10}-)?(\d+)\.html$/.exec(page)?.[1] ?? 1)
