import { addAction, all, button, make, one, root } from "./dom.ts"
import { refold, unfold } from "./folds.ts"
import { highlight } from "./highlight.ts"
import { awake, goBack, type Place, placeNow } from "./place.ts"
import { textNodesOf } from "./text.ts"
import { leftOut, view } from "./views.ts"

let field: HTMLInputElement | undefined
let count: HTMLElement | undefined
/** Where the reader was, and what had the focus, before the filter was opened. */
let place: Place | undefined
let focused: HTMLElement | null = null
let timer = 0

export function addFilterButton(): void {
  addAction(button("Filter", openFilter))
}

/** Opens the field whose words items must have to be shown. */
export function openFilter(): void {
  if (!field) {
    place = placeNow()
    focused = document.activeElement as HTMLElement | null
    field = make("input", "")
    field.type = "text"
    field.placeholder = "Filter"
    field.ariaLabel = "Show only what has these words"
    field.addEventListener("input", () => {
      clearTimeout(timer)
      timer = window.setTimeout(filter, 120)
    })
    count = make("span", "count")
    count.role = "status"
    const box = make("div", "filter", field, count, button("×", closeFilter, "End the filter"))
    box.role = "search"
    box.addEventListener("keydown", ({ key, isComposing }) => {
      if (key === "Escape" && !isComposing) closeFilter()
    })
    document.body.append(box)
    document.addEventListener("parts", filter)
  }
  field.focus()
  field.select()
}

/** Shows everything again, where the reader was. */
export function closeFilter(): void {
  if (!field) return
  clearTimeout(timer)
  document.removeEventListener("parts", filter)
  one(".filter")?.remove()
  field = undefined
  awake(() => {
    showAll()
    goBack(place)
  })
  focused?.focus({ preventScroll: true })
}

function showAll(): void {
  for (const item of all(".filtered")) item.classList.remove("filtered")
  delete root.dataset["filter"]
  refold("filter")
  highlight("found", [], /./g)
}

/** Words in the same letters as `textOf` has them. */
const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()

const texts = new WeakMap<HTMLElement, string>()

function textOf(item: HTMLElement): string {
  const known = texts.get(item)
  if (known !== undefined) return known
  let text = ""
  for (const { data } of textNodesOf(item)) text += data
  text = plain(text)
  texts.set(item, text)
  return text
}

/** More than these are not opened, however many have the words: a page could not be drawn in time. */
const OPENED = 100

function filter(): void {
  if (!field || !count) return
  const words = plain(field.value).split(/\s+/).filter(Boolean)
  if (words.length === 0) {
    if (root.dataset["filter"] !== undefined)
      awake(() => {
        showAll()
        goBack(place)
      })
    count.textContent = ""
    return
  }
  awake(() => show(words))
}

/** Shows only what has all of these words. */
function show(words: readonly string[]): void {
  root.dataset["filter"] = ""
  refold("filter")
  const has = (text: string) => words.every((word) => text.includes(word))
  const found: HTMLElement[] = []
  const folded: HTMLDetailsElement[] = []
  let of = 0
  for (const item of all("#_main :is(.item:not(.run, .sentence, .meta), .changed-file)")) {
    if (view() === "conversation" && item.matches(leftOut)) continue
    of++
    const isFound = has(textOf(item))
    item.classList.toggle("filtered", !isFound)
    if (!isFound) continue
    found.push(item)
    const details = one<HTMLDetailsElement>(":scope > details", item)
    if (details && !has(plain(one("summary", details)?.textContent ?? ""))) folded.push(details)
  }
  for (const run of all("#_main .run")) {
    const isEmpty = !one(".item:not(.filtered, .meta)", run)
    run.classList.toggle("filtered", isEmpty)
    if (!isEmpty) folded.push(...all<HTMLDetailsElement>(":scope > details", run))
  }
  for (const aside of all("#_main :is(.sentence, .meta)")) aside.classList.add("filtered")
  unfold(folded.slice(0, OPENED), "filter")
  highlight("found", found, new RegExp(words.map(escaped).join("|"), "giu"))
  if (count) count.textContent = `${found.length} of ${of}`
  scrollTo({ top: Math.min(scrollY, topOfMain()), behavior: "instant" })
}

const escaped = (word: string): string => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&")

/** How far down the page the items begin. */
const topOfMain = (): number => (one("#_main")?.getBoundingClientRect().top ?? 0) + scrollY
