import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, expect, onTestFinished } from "vitest"
import { draw, type Exported, filesOf } from "../render/draw.ts"
import { findChromium } from "../support/chromium.ts"
import { serveFolder } from "../support/static-server.ts"
import { temporaryFolder } from "../support/world.ts"

export const executable = findChromium()
let browser: Browser

/** Has a browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: executable!,
      args: [
        ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        ...["--disable-component-update", "--disable-sync"],
        // No page may reach another host, and none is bothered when one tries.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
      ],
    })
  })
  afterAll(() => browser?.close())
}

export interface Opened {
  page: Page
  /** Where the share is, with a slash at the end. */
  base: string
  /** Opens another page of it, with the same memory. */
  open: (address: string) => Promise<void>
}

interface Options extends BrowserContextOptions {
  /** From the disk, without a server. */
  disk?: boolean
  /** Runs in every page before its own script. */
  before?: () => void
}

const drawn = new Map<Exported, Promise<Map<string, string>>>()

/** Opens a page of a session's share. No page may raise an error or write to the console until the test ends. */
export async function openShare(session: Exported, address = "index.html", options: Options = {}): Promise<Opened> {
  if (!drawn.has(session)) drawn.set(session, filesOf(session, { live: false }).then(draw))
  const folder = temporaryFolder()
  for (const [file, body] of await drawn.get(session)!) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), body)
  }
  const { disk, before, ...more } = options
  const base = disk ? `${pathToFileURL(folder)}/` : `${(await serveFolder(folder)).url}/`
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...more })
  if (!disk) await context.grantPermissions(["clipboard-read", "clipboard-write"])
  if (before) await context.addInitScript(before)
  const page = await context.newPage()
  const problems: string[] = []
  page.on("pageerror", (error) => problems.push(error.message))
  page.on("console", (message) => problems.push(message.text()))
  onTestFinished(async () => {
    await context.close()
    expect(problems.filter((problem) => !problem.includes("favicon"))).toEqual([])
  })
  const open = async (to: string) => void (await page.goto(base + to))
  await open(address)
  return { page, base, open }
}

/** How far below the top of the window the first element is that a selector finds. */
export const topOf = (page: Page, selector: string): Promise<number> =>
  page.evaluate((wanted) => document.querySelector(wanted)!.getBoundingClientRect().top, selector)

export const view = (page: Page): Promise<string> => page.locator(".views :checked").inputValue()

/** What is in the clipboard of the page's browser. */
export const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())
