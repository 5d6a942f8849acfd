/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    page: import("./render/view.ts").PageView
  }
}

/** A component, where TypeScript alone looks at it. */
declare module "*.astro" {
  const component: unknown
  export default component
}

/** The prebuilt page; see `imports` in package.json. */
declare module "#page" {
  export const renderPage: import("./render/site/page.ts").RenderPage
  export const sheet: import("./render/site/page.ts").PageSheet
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
