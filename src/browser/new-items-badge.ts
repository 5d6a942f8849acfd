import { createButton, createElement } from "./dom.ts"

/** Ids of new items that the reader has not scrolled to yet. */
const unseenIds = new Set<string>()
let status: HTMLElement | undefined
let badge: HTMLButtonElement | undefined

/** Adds the badge's live region, so that screen readers announce new items, too. */
export function addNewItemsBadge(): void {
  badge = createButton("", scrollToFirstNew)
  status = createElement("p", "news")
  status.role = "status"
  document.body.append(status)
  addEventListener("scroll", updateBadge, { passive: true })
}

/** Counts new items below the viewport. Items that the current view hides do not count. */
export function addNewItems(items: readonly Element[]): void {
  for (const item of items) {
    const id = item.id || item.querySelector("[id]")?.id
    if (id) unseenIds.add(id)
  }
  updateBadge()
}

const itemOf = (id: string) => document.getElementById(id)?.closest("#_main > .part > .item")

function updateBadge(): void {
  if (!badge || !status || (unseenIds.size === 0 && !badge.isConnected)) return
  let count = 0
  for (const id of unseenIds) {
    const item = itemOf(id)
    if (!item || isAboveFold(item)) unseenIds.delete(id)
    else if (isShown(item)) count++
  }
  const text = `${count} new below ↓`
  if (count === 0) status.replaceChildren()
  else if (badge.textContent !== text || !badge.isConnected) {
    badge.textContent = text
    status.replaceChildren(badge)
  }
}

const isShown = (item: Element) => item.getClientRects().length > 0
const isAboveFold = (item: Element) => isShown(item) && item.getBoundingClientRect().top < innerHeight

function scrollToFirstNew(): void {
  for (const id of unseenIds) {
    const item = itemOf(id)
    if (!item || !isShown(item)) continue
    item.scrollIntoView({ block: "start" })
    item.querySelector<HTMLElement>("a, summary")?.focus({ preventScroll: true })
    return
  }
}
