import { copyText } from "./clipboard.ts"
import { addAction, createButton, createElement, query, queryAll, root } from "./dom.ts"
import { htmlToMarkdown } from "./html-to-markdown.ts"
import { withView } from "./views.ts"

/** Adds toolbars shortly before their items come into view, so that a long page does not carry all of them. */
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        observer.unobserve(target)
        addToolbar(target as HTMLElement)
      }
  },
  { rootMargin: "100% 0px" },
)

export function addToolbars(): void {
  addAction(
    createButton("Copy link", () => copyText(linkToItem(root), "Link")),
    true,
  )
  const observe = () => {
    for (const target of queryAll("#_main :is(.item[id], pre):not(.equipped)")) {
      target.classList.add("equipped")
      observer.observe(target)
    }
  }
  observe()
  document.addEventListener("parts", observe)
}

function addToolbar(target: HTMLElement): void {
  if (target instanceof HTMLPreElement) {
    const label = labelOf(target)
    const copyButton = createButton("Copy", () => copyText(target.textContent, label), `Copy ${label.toLowerCase()}`)
    // Overlays the corner of the block that it copies.
    target.before(createElement("div", "over", copyButton))
    return
  }
  const toolbar = createElement("p", "tools")
  const prose = target.matches(".prompt, .said") ? query(":scope > .prose", target) : null
  if (prose)
    toolbar.append(
      createButton("Copy", () => copyText(htmlToMarkdown(prose), "Message"), "Copy message"),
      " ",
    )
  toolbar.append(createButton("Link", () => copyText(linkToItem(target), "Link"), "Link to here"))
  // A folded row has no room for them.
  ;(query(":scope > details", target) ?? target).append(toolbar)
}

function labelOf(pre: HTMLElement): string {
  if (pre.matches(".terminal")) return "Output"
  if (pre.matches(".text")) return "Text"
  return pre.closest(".diff") ? "Diff" : "Code"
}

/** Permanent link to an item, or to its page for the root element, in the current view. */
function linkToItem(item: HTMLElement): string {
  const page = item.closest<HTMLElement>("[data-page]")?.dataset["page"] ?? ""
  const address = withView(new URL(page, location.href.replace(/[?#].*/, "")))
  if (item.id) address.hash = item.id
  return address.href
}
