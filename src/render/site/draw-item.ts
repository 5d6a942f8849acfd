import { fitsInto, type PageSize } from "../html/page-size.ts"
import type { RenderedItem } from "../items/collapsed-runs.ts"
import { type LinkRecord, newLinkRecord, type PageLinks } from "../links.ts"
import { itemSize } from "../pagination/item-size.ts"
import { ITEM_LIMIT } from "../pagination/paginate.ts"
import type { PageItem } from "../view.ts"
import type { PageRenderer } from "./page-renderer.ts"

/** An item that was rendered, with its size on a page and what it links to. */
export interface DrawnItem extends RenderedItem {
  size: PageSize
  links: LinkRecord
}

/** Bytes of inlined files that fill a page as much as one byte of markup: long pages are slow, long images are not. */
const INLINED_BYTES_PER_BYTE = 40

/** Renders an item. One that is too large for any page in spite of all limits is replaced by a note. */
export async function drawItem(
  item: PageItem,
  renderer: PageRenderer,
  linksTo: (record: LinkRecord) => PageLinks,
): Promise<DrawnItem> {
  const record = newLinkRecord()
  const links = linksTo(record)
  const markup = await renderer.renderItem(item, links)
  const { bytes, elements } = itemSize(item, markup)
  const inlinedBytes = links.inlinedBytes?.() ?? 0
  if (!fitsInto({ bytes: bytes - inlinedBytes, elements }, ITEM_LIMIT))
    return drawItem(tooLarge(item), renderer, linksTo)
  const size = { bytes: bytes - inlinedBytes + Math.ceil(inlinedBytes / INLINED_BYTES_PER_BYTE), elements }
  return { item: withoutContent(item), markup, size, links: record }
}

/** An item as other pages need it, without its content. Prompts stay whole: they are rendered again with the results of their turn. */
function withoutContent(item: PageItem): PageItem {
  if (item.kind === "step") return { ...item, step: { ...item.step, blocks: [] } }
  return "body" in item && item.kind !== "prompt" ? { ...item, body: [] } : item
}

const tooLarge = ({ anchor, moment, message }: PageItem): PageItem => ({
  kind: "note",
  anchor,
  ...(message !== undefined && { message }),
  moment,
  tone: "plain",
  title: "Too large for a page",
  text: "This part of the session is in session.json only.",
})
