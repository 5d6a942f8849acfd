import { printable } from "../render/html/safe-html.ts"
import type { PageView } from "../render/view.ts"
import Page from "./Page.astro"

export { sheet } from "./sheet.ts"

/** Result of Astro's runtime for a component: pieces of text, and instructions that our pages do not use. */
interface Template {
  render(destination: { write(piece: unknown): void }): Promise<void> | void
}

/**
 * Renders a full HTML document. Throws if a component fails.
 *
 * Calls the component as Astro's own `renderToString` does, without the server around it: creating a request, a route
 * and a response costs more than the rendering itself, and loading them more than loading everything else.
 */
export async function renderPage(view: PageView): Promise<string> {
  const component = Page as (result: object, props: object, slots: object) => Promise<Template>
  const template = await component(newResult(), { page: view }, {})
  let text = ""
  await template.render({
    write(piece) {
      // Other objects are instructions.
      if (typeof piece !== "object" || piece instanceof String) text += piece
    },
  })
  if (!text.startsWith("<!DOCTYPE")) text = `<!DOCTYPE html>${text.replace(/^<!doctype html>/i, "")}`
  const page = printable(text)
  return page.includes("\r") ? page.replace(/\r\n?/g, "\n") : page
}

/** The render context that components expect, for pages without Astro's styles, scripts or islands. */
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
