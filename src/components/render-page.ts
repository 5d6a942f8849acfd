import type { SSRResult } from "astro"
import { componentMarkup, markupOf, type SafeHtml } from "../render/html/safe-html.ts"
import type { PageLinks } from "../render/links.ts"
import type { PageRenderer } from "../render/site/page-renderer.ts"
import ChangedPart from "./ChangedPart.astro"
import Entries from "./Entries.astro"
import Header from "./Header.astro"
import Item from "./Item.astro"
import Page from "./Page.astro"
import Rail from "./Rail.astro"

export { sheet } from "./sheet.ts"

/** Result of Astro's runtime for a component: pieces of text, and instructions that our pages do not use. */
interface Template {
  render(destination: { write(piece: unknown): void }): Promise<void> | void
}

export const renderPage: PageRenderer["renderPage"] = async (page, links) => {
  const text = markupOf(await render(Page, { page }, links))
  return text.startsWith("<!DOCTYPE") ? text : `<!DOCTYPE html>${text.replace(/^<!doctype html>/i, "")}`
}

export const renderItem: PageRenderer["renderItem"] = (item, links) => render(Item, { item }, links)
export const renderHeader: PageRenderer["renderHeader"] = (page, links) =>
  render(Header, { page, isStandalone: true }, links)
export const renderRail: PageRenderer["renderRail"] = (page, sections, links) => render(Rail, { page, sections }, links)
export const renderEntries: PageRenderer["renderEntries"] = (entries, links) => render(Entries, { entries }, links)
export const renderChanges: PageRenderer["renderChanges"] = (page, links) => render(ChangedPart, { page }, links)

/**
 * Renders a component as Astro's own `renderToString` does, without the server around it: creating a request, a route
 * and a response costs more than the rendering itself, and loading them more than loading everything else. Throws if
 * the component fails.
 */
async function render(component: unknown, props: object, links: PageLinks): Promise<SafeHtml> {
  const call = component as (result: object, props: object, slots: object) => Promise<Template> | Template
  const template = await call(newResult(links), props, {})
  let text = ""
  await template.render({
    write(piece) {
      // Other objects are instructions.
      if (typeof piece !== "object" || piece instanceof String) text += piece
    },
  })
  return componentMarkup(text)
}

/**
 * The render context that components expect, for pages without Astro's styles, scripts or islands. Its type is Astro's own,
 * so that a version with another shape does not compile; docs/decisions/03-prebuilt-page.md says what `astro/container`
 * costs instead.
 */
const newResult = (links: PageLinks) => ({
  ...emptyResult,
  createAstro: (props: object) => ({ props, self: null, locals: { links } }),
})

type ResultParts = Pick<
  SSRResult,
  | "cancelled"
  | "partial"
  | "compressHTML"
  | "renderers"
  | "styles"
  | "scripts"
  | "links"
  | "componentMetadata"
  | "clientDirectives"
  | "inlinedScripts"
  | "directives"
  | "_metadata"
>

const emptyResult: ResultParts = {
  cancelled: false,
  partial: false,
  compressHTML: true,
  renderers: [],
  directives: [],
  styles: new Set(),
  scripts: new Set(),
  links: new Set(),
  componentMetadata: new Map(),
  clientDirectives: new Map(),
  inlinedScripts: new Map(),
  _metadata: {
    hasHydrationScript: false,
    hasRenderedHead: false,
    hasRenderedServerIslandRuntime: false,
    headInTree: false,
    routeHasPropagation: false,
    templateDepth: 0,
    extraHead: [],
    extraStyleHashes: [],
    extraScriptHashes: [],
    rendererSpecificHydrationScripts: new Set(),
    renderedScripts: new Set(),
    hasDirectives: new Set(),
    propagators: new Set(),
    pendingSlotEvaluations: [],
  },
}
