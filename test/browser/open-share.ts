import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { BrowserContextOptions, Page } from "playwright-core"
import { draw, type Exported, filesOf } from "../render/draw.ts"
import { serveFolder } from "../support/static-server.ts"
import { temporaryFolder } from "../support/world.ts"
import { openPage } from "./open-page.ts"

export interface Opened {
  page: Page
  /** Address of the share, with a trailing slash. */
  base: string
  /** Opens another page of it, with the same local storage. */
  open: (address: string) => Promise<void>
}

interface Options extends BrowserContextOptions {
  /** Opens the page from the disk, without a server. */
  disk?: boolean
  /** Runs in every page before its own script. */
  before?: () => void
}

const drawn = new Map<Exported, Promise<Map<string, string>>>()

/** Opens a page of a session's share, as `openPage` does. */
export async function openShare(session: Exported, address = "index.html", options: Options = {}): Promise<Opened> {
  if (!drawn.has(session)) drawn.set(session, filesOf(session, { live: false }).then(draw))
  const folder = temporaryFolder()
  for (const [file, body] of await drawn.get(session)!) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), body)
  }
  const { disk, ...more } = options
  const base = disk ? `${pathToFileURL(folder)}/` : `${(await serveFolder(folder)).url}/`
  const permissions = ["clipboard-read", "clipboard-write"]
  const { page } = await openPage(base + address, { reducedMotion: "reduce", permissions, ...more })
  const open = async (to: string) => void (await page.goto(base + to))
  return { page, base, open }
}

/** Distance of the first matching element from the top of the viewport, in pixels. */
export const topOf = (page: Page, selector: string): Promise<number> =>
  page.evaluate((wanted) => document.querySelector(wanted)!.getBoundingClientRect().top, selector)

export const view = (page: Page): Promise<string> => page.locator(".views :checked").inputValue()

/** Address of the page as its own script sees it: Playwright's `page.url()` hears of changes without a load later. */
export const addressOf = async (page: Page): Promise<URL> => new URL(await page.evaluate(() => location.href))

/** Text in the browser's clipboard. */
export const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
