import { addAction, createButton, createElement, query, queryAll, root } from "./dom.ts"
import { refold, unfold } from "./folds.ts"
import { markText } from "./mark-text.ts"
import { currentAnchor, restoreAnchor, type ScrollAnchor, withRenderedParts } from "./scroll-anchor.ts"
import { textNodesOf } from "./text-nodes.ts"
import { currentView, hiddenInConversation } from "./views.ts"

let field: HTMLInputElement | undefined
let count: HTMLElement | undefined
/** Reading position and focus before the filter was opened. */
let anchorBefore: ScrollAnchor | undefined
let focusedBefore: HTMLElement | null = null
let timer = 0

const FILTER_DEBOUNCE_MS = 120

export function addFilterButton(): void {
  addAction(createButton("Filter", openFilter))
}

/** Opens the filter field. Items are shown only if they contain its words. */
export function openFilter(): void {
  if (!field) {
    anchorBefore = currentAnchor()
    focusedBefore = document.activeElement as HTMLElement | null
    field = createElement("input", "")
    field.type = "text"
    field.placeholder = "Filter"
    field.ariaLabel = "Show only items with these words"
    field.addEventListener("input", () => {
      clearTimeout(timer)
      timer = window.setTimeout(applyFilter, FILTER_DEBOUNCE_MS)
    })
    count = createElement("span", "count")
    count.role = "status"
    const box = createElement("div", "filter", field, count, createButton("×", closeFilter, "Close the filter"))
    box.role = "search"
    box.addEventListener("keydown", ({ key, isComposing }) => {
      if (key === "Escape" && !isComposing) closeFilter()
    })
    document.body.append(box)
    document.addEventListener("parts", applyFilter)
  }
  field.focus()
  field.select()
}

/** Shows all items again and returns to the previous reading position. */
export function closeFilter(): void {
  if (!field) return
  clearTimeout(timer)
  document.removeEventListener("parts", applyFilter)
  query(".filter")?.remove()
  field = undefined
  withRenderedParts(() => {
    showAll()
    restoreAnchor(anchorBefore)
  })
  focusedBefore?.focus({ preventScroll: true })
}

function showAll(): void {
  for (const item of queryAll(".filtered")) item.classList.remove("filtered")
  delete root.dataset["filter"]
  refold("filter")
  markText("found", [], /./g)
}

/** Folds case and diacritics, for words and searched text alike. */
const normalizeText = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()

const searchTexts = new WeakMap<HTMLElement, string>()

function searchTextOf(item: HTMLElement): string {
  const cached = searchTexts.get(item)
  if (cached !== undefined) return cached
  let text = ""
  for (const { data } of textNodesOf(item)) text += data
  text = normalizeText(text)
  searchTexts.set(item, text)
  return text
}

/** Opening more items than this makes the page too slow to paint. */
const MAX_OPENED_ITEMS = 100

function applyFilter(): void {
  if (!field || !count) return
  const words = normalizeText(field.value).split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    if (root.dataset["filter"] !== undefined)
      withRenderedParts(() => {
        showAll()
        restoreAnchor(anchorBefore)
      })
    count.textContent = ""
    return
  }
  withRenderedParts(() => showMatches(words))
}

/** Shows only items that contain all of these words. */
function showMatches(words: readonly string[]): void {
  root.dataset["filter"] = ""
  refold("filter")
  const hasAllWords = (text: string) => words.every((word) => text.includes(word))
  const matches: HTMLElement[] = []
  const folded: HTMLDetailsElement[] = []
  let total = 0
  for (const item of queryAll("#_main :is(.item:not(.run, .sentence, .meta), .changed-file)")) {
    if (currentView() === "conversation" && item.matches(hiddenInConversation)) continue
    total++
    const isMatch = hasAllWords(searchTextOf(item))
    item.classList.toggle("filtered", !isMatch)
    if (!isMatch) continue
    matches.push(item)
    const details = query<HTMLDetailsElement>(":scope > details", item)
    if (details && !hasAllWords(normalizeText(query("summary", details)?.textContent ?? ""))) folded.push(details)
  }
  for (const run of queryAll("#_main .run")) {
    const isEmpty = !query(".item:not(.filtered, .meta)", run)
    run.classList.toggle("filtered", isEmpty)
    if (!isEmpty) folded.push(...queryAll<HTMLDetailsElement>(":scope > details", run))
  }
  for (const element of queryAll("#_main :is(.sentence, .meta)")) element.classList.add("filtered")
  unfold(folded.slice(0, MAX_OPENED_ITEMS), "filter")
  markText("found", matches, new RegExp(words.map(escapeRegExp).join("|"), "giu"))
  if (count) count.textContent = `${matches.length} of ${total}`
  scrollTo({ top: Math.min(scrollY, mainTop()), behavior: "instant" })
}

const escapeRegExp = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

/** Distance of the first item from the top of the page, in pixels. */
const mainTop = (): number => (query("#_main")?.getBoundingClientRect().top ?? 0) + scrollY
