import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, beforeAll, expect, onTestFinished } from "vitest"
import { findChromium, launchChromium } from "../support/chromium.ts"

export const executable = findChromium()
let browser: Browser

/** Launches a browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())
}

interface Options extends BrowserContextOptions {
  /** Allows failed requests, which the browser logs to the console. */
  allowFailedRequests?: boolean
  /** Installs a fake clock. */
  fakeClock?: boolean
}

/** Opens an address in a new context. The test fails if the page throws or writes to the console. */
export async function openPage(
  url: string,
  { allowFailedRequests, fakeClock, ...options }: Options = {},
): Promise<{ page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  const page = await context.newPage()
  if (fakeClock) await page.clock.install()
  const problems: string[] = []
  page.on("pageerror", (error) => problems.push(error.message))
  page.on("console", (message) => problems.push(message.text()))
  onTestFinished(async () => {
    await context.close()
    expect(
      problems.filter((problem) => !(allowFailedRequests && problem.startsWith("Failed to load resource"))),
    ).toEqual([])
  })
  await page.goto(url)
  return { page }
}

/** Waits for two frames: scroll and intersection observers have fired by then. */
export const waitForPaint = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))))

/** Emulates browsers without scroll anchoring. */
export const disableScrollAnchoring = (page: Page): Promise<void> =>
  page.evaluate(() => document.documentElement.style.setProperty("overflow-anchor", "none"))
