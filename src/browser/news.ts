import { button, make } from "./dom.ts"

/** The ids of new items that the reader has not come to yet. */
const unseen = new Set<string>()
let status: HTMLElement | undefined
let label: HTMLButtonElement | undefined

/** Has a place to tell of what is new, so that screen readers tell it too. */
export function prepareNews(): void {
  label = button("", goToFirst)
  status = make("p", "news")
  status.role = "status"
  document.body.append(status)
  addEventListener("scroll", tell, { passive: true })
}

/** Tells of new items below what is seen; those that the view leaves out do not count. */
export function tellOfNew(items: readonly Element[]): void {
  for (const item of items) {
    const id = item.id || item.querySelector("[id]")?.id
    if (id) unseen.add(id)
  }
  tell()
}

const itemOf = (id: string) => document.getElementById(id)?.closest("#_main > .part > .item")

function tell(): void {
  if (!label || !status || (unseen.size === 0 && !label.isConnected)) return
  let count = 0
  for (const id of unseen) {
    const item = itemOf(id)
    if (!item || isSeen(item)) unseen.delete(id)
    else if (isShown(item)) count++
  }
  const words = `${count} new below ↓`
  if (count === 0) status.replaceChildren()
  else if (label.textContent !== words || !label.isConnected) {
    label.textContent = words
    status.replaceChildren(label)
  }
}

const isShown = (item: Element) => item.getClientRects().length > 0
const isSeen = (item: Element) => isShown(item) && item.getBoundingClientRect().top < innerHeight

function goToFirst(): void {
  for (const id of unseen) {
    const item = itemOf(id)
    if (!item || !isShown(item)) continue
    item.scrollIntoView({ block: "start" })
    item.querySelector<HTMLElement>("a, summary")?.focus({ preventScroll: true })
    return
  }
}
