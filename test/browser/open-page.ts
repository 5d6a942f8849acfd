import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, expect, onTestFinished } from "vitest"
import { findChromium, launchChromium } from "../support/chromium.ts"

export const executable = findChromium()
let browser: Browser

/** Has a browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())
}

interface Options extends BrowserContextOptions {
  /** Requests may fail, which the browser writes to the console. */
  mayFail?: boolean
  /** The page's clock is the test's. */
  clock?: boolean
}

/** Opens an address in a window of its own. No page may raise an error or write to the console until the test ends. */
export async function openPage(url: string, { mayFail, clock, ...options }: Options = {}): Promise<{ page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  if (clock) await page.clock.install()
  const problems: string[] = []
  page.on("pageerror", (error) => problems.push(error.message))
  page.on("console", (message) => problems.push(message.text()))
  onTestFinished(async () => {
    await context.close()
    expect(problems.filter((problem) => !(mayFail && problem.startsWith("Failed to load resource")))).toEqual([])
  })
  await page.goto(url)
  return { page }
}

/** Waits until the page has been painted twice: what watches scrolling has been told by then. */
export const painted = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))))

/** Takes from the browser that it keeps the place itself when something above it changes: some do not. */
export const withoutAnchoring = (page: Page): Promise<void> =>
  page.evaluate(() => document.documentElement.style.setProperty("overflow-anchor", "none"))
