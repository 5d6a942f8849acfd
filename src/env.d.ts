/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    page: import("./render/view.ts").PageView
  }
}

/** The prebuilt page; see `imports` in package.json. */
declare module "#page" {
  export const renderPage: typeof import("./render/astro-server.ts").renderPage
}

/** src/browser/page.ts and what it imports, as one classic script; see astro.config.mjs. */
declare module "virtual:page-script" {
  const script: string
  export default script
}
