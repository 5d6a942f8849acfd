import { addSizes, measureMarkup, type PageSize } from "../html/page-size.ts"
import { markupOf, type SafeHtml } from "../html/safe-html.ts"
import { textBytes } from "../html/text-bytes.ts"
import type { PageItem } from "../view.ts"

/** Tags of an entry of the outline with its summary, of a failed step there, and of a summary line with its links. */
const OUTLINE_ENTRY: PageSize = { bytes: 500, elements: 10 }
const PROMPT_SUMMARY: PageSize = { bytes: 400, elements: 8 }
const FAILURE_LINKS: PageSize = { bytes: 500, elements: 5 }
const EDIT_LINK: PageSize = { bytes: 150, elements: 1 }
/** Its share of a summary line, or of the row of a collapsed run. */
const WORK_ITEM: PageSize = { bytes: 120, elements: 2 }

/** Size of an item on its page: its markup, and what the outline and summary lines show of it. */
export function itemSize(item: PageItem, markup: SafeHtml): PageSize {
  const own = measureMarkup(markupOf(markup))
  const add = (size: PageSize, text = "", times = 1) =>
    addSizes(own, { bytes: size.bytes + times * textBytes(text), elements: size.elements })
  switch (item.kind) {
    case "prompt":
      return item.number > 0 ? addSizes(add(OUTLINE_ENTRY, item.label), PROMPT_SUMMARY) : own
    case "step": {
      const { category, tone, object } = item.step
      if (tone === "bad") return add(FAILURE_LINKS, object, 2)
      return category === "edit" ? add(EDIT_LINK, object) : add(WORK_ITEM)
    }
    case "note":
      return add(item.tone === "bad" ? FAILURE_LINKS : { bytes: 0, elements: 0 }, item.tone === "bad" ? item.title : "")
    case "meta":
    case "reasoning":
      return add(WORK_ITEM)
    default:
      return own
  }
}
