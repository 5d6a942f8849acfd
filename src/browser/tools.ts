import { asMarkdown } from "./as-markdown.ts"
import { copy } from "./clipboard.ts"
import { addAction, all, button, make, one, root } from "./dom.ts"
import { withView } from "./views.ts"

/** Gives items their buttons shortly before they come into view, so that a long page does not carry them all. */
const seen = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries)
      if (isIntersecting) {
        seen.unobserve(target)
        equip(target as HTMLElement)
      }
  },
  { rootMargin: "100% 0px" },
)

export function addTools(): void {
  addAction(
    button("Copy link", () => copy(linkTo(root), "Link")),
    true,
  )
  const observe = () => {
    for (const target of all("#_main :is(.item[id], pre):not(.equipped)")) {
      target.classList.add("equipped")
      seen.observe(target)
    }
  }
  observe()
  document.addEventListener("parts", observe)
}

function equip(target: HTMLElement): void {
  if (target instanceof HTMLPreElement) {
    const what = contentOf(target)
    const copier = button("Copy", () => copy(target.textContent, what), `Copy ${what.toLowerCase()}`)
    // It takes no room of its own: it stands over the corner of what it copies.
    target.before(make("div", "over", copier))
    return
  }
  const tools = make("p", "tools")
  const prose = target.matches(".prompt, .said") ? one(":scope > .prose", target) : null
  if (prose)
    tools.append(
      button("Copy", () => copy(asMarkdown(prose), "Message"), "Copy message"),
      " ",
    )
  tools.append(button("Link", () => copy(linkTo(target), "Link"), "Link to here"))
  // A row that is folded has nothing to show them in.
  ;(one(":scope > details", target) ?? target).append(tools)
}

function contentOf(pre: HTMLElement): string {
  if (pre.matches(".terminal")) return "Output"
  if (pre.matches(".text")) return "Text"
  return pre.closest(".diff") ? "Diff" : "Code"
}

/** The address of an item on the page that it stands on, in the view that is shown; of a page, for the root. */
function linkTo(item: HTMLElement): string {
  const page = item.closest<HTMLElement>("[data-page]")?.dataset["page"] ?? ""
  const address = withView(new URL(page, location.href.replace(/[?#].*/, "")))
  if (item.id) address.hash = item.id
  return address.href
}
