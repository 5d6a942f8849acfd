/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    page: import("./render/view.ts").PageView
    links: import("./render/links.ts").PageLinks
  }
}

/** A component, where TypeScript alone looks at it. */
declare module "*.astro" {
  const component: unknown
  export default component
}

/** The prebuilt page; see `imports` in package.json. */
declare module "#page" {
  type Renderer = import("./render/site/page-renderer.ts").PageRenderer
  export const renderPage: Renderer["renderPage"]
  export const renderItem: Renderer["renderItem"]
  export const renderHeader: Renderer["renderHeader"]
  export const renderRail: Renderer["renderRail"]
  export const renderEntries: Renderer["renderEntries"]
  export const renderChanges: Renderer["renderChanges"]
  export const sheet: import("./render/site/page-renderer.ts").PageSheet
}

/** src/browser/page.ts and what it imports, as one classic script; see astro.config.mjs. */
declare module "virtual:page-script" {
  const script: string
  export default script
}

/** src/browser/script-loader.ts, likewise. */
declare module "virtual:page-loader" {
  const script: string
  export default script
}
