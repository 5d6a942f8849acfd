import { printable } from "../render/html/safe-html.ts"
import type { PageView } from "../render/view.ts"
import Page from "./Page.astro"

export { sheet } from "./sheet.ts"

/** What Astro's runtime gives for a component: its text in pieces, and instructions for what pages of ours do not have. */
interface Template {
  render(destination: { write(piece: unknown): void }): Promise<void> | void
}

/**
 * The whole of an HTML document. Throws when a component fails.
 *
 * The component is called as Astro's own `renderToString` calls it, without the server around it: a request, a route
 * and a response cost more than all that is drawn, and loading them more than all that is loaded besides.
 */
export async function renderPage(view: PageView): Promise<string> {
  const component = Page as (result: object, props: object, slots: object) => Promise<Template>
  const template = await component(newResult(), { page: view }, {})
  let text = ""
  await template.render({
    write(piece) {
      // Any other object is an instruction.
      if (typeof piece !== "object" || piece instanceof String) text += piece
    },
  })
  if (!text.startsWith("<!DOCTYPE")) text = `<!DOCTYPE html>${text.replace(/^<!doctype html>/i, "")}`
  const page = printable(text)
  return page.includes("\r") ? page.replace(/\r\n?/g, "\n") : page
}

/** What components are given to know of the page around them, for pages without styles, scripts or islands of Astro's. */
function newResult() {
  const metadata = {
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
  }
  return {
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
    _metadata: metadata,
    createAstro: (props: object) => ({ props, self: null }),
  }
}
