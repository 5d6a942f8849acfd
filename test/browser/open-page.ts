import type { Browser, BrowserContextOptions, ConsoleMessage, Page } from "playwright-core"
import { afterAll, beforeAll, expect, onTestFinished } from "vitest"
import { findChromium, launchChromium } from "../support/chromium.ts"

export const executable = findChromium()
let browser: Browser
/** Pages that tests have left, by the options of their contexts: a page of its own costs more than most tests. */
let idle: Map<string, Page[]>

/** Launches a browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launchChromium()
    idle = new Map()
  })
  afterAll(() => browser?.close())
}

interface Options extends BrowserContextOptions {
  /** Allows failed requests, which the browser logs to the console. */
  allowFailedRequests?: boolean
  /** Installs a fake clock. */
  fakeClock?: boolean
  /** Runs in every document before its own scripts. */
  before?: () => void
}

/** Opens an address with empty storage. The test fails if the page throws or writes to the console. */
export async function openPage(
  url: string,
  { allowFailedRequests, fakeClock, before, ...options }: Options = {},
): Promise<{ page: Page }> {
  // Neither a clock nor a script can be taken out of a page again.
  const page = await (fakeClock || before ? newPage(options) : takePage(options))
  if (fakeClock) await page.clock.install()
  if (before) await page.addInitScript(before)
  const problems: string[] = []
  const onError = (error: Error) => problems.push(error.message)
  const onMessage = (message: ConsoleMessage) => problems.push(message.text())
  page.on("pageerror", onError).on("console", onMessage)
  onTestFinished(async () => {
    page.off("pageerror", onError).off("console", onMessage)
    if (fakeClock || before || page.isClosed()) await page.context().close()
    else await leavePage(page, options)
    expect(
      problems.filter((problem) => !(allowFailedRequests && problem.startsWith("Failed to load resource"))),
    ).toEqual([])
  })
  await openAnew(page, url)
  return { page }
}

/** Options that can be changed while a page is open. */
function splitOptions({ viewport, colorScheme, reducedMotion, ...fixed }: BrowserContextOptions) {
  const media = { media: null, colorScheme: colorScheme ?? null, reducedMotion: reducedMotion ?? null }
  return { viewport: viewport ?? { width: 1280, height: 800 }, media, key: JSON.stringify(fixed) }
}

async function newPage(options: BrowserContextOptions): Promise<Page> {
  const { viewport } = splitOptions(options)
  return (await browser.newContext({ ...options, viewport })).newPage()
}

/** A page that another test has left, or a new one. */
async function takePage(options: BrowserContextOptions): Promise<Page> {
  const { viewport, media, key } = splitOptions(options)
  const page = idle.get(key)?.pop()
  if (!page) return newPage(options)
  await page.setViewportSize(viewport)
  await page.emulateMedia(media)
  return page
}

/** Leaves a page to other tests; their first address takes it from the present one. */
async function leavePage(page: Page, options: BrowserContextOptions): Promise<void> {
  // Pages from the disk share one origin, and so its storage.
  if (page.url() !== "about:blank") await page.evaluate(() => localStorage.clear())
  await page.mouse.move(0, 0)
  const { key } = splitOptions(options)
  idle.set(key, [...(idle.get(key) ?? []), page])
}

/** Opens an address as a new document, also where the last one differs only in its hash: a server's port is used again. */
async function openAnew(page: Page, url: string): Promise<void> {
  if (page.url().split("#")[0] === url.split("#")[0]) await page.goto("about:blank")
  await page.goto(url)
}

/** Waits for two frames: scroll and intersection observers have fired by then. */
export const waitForPaint = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))))

/** Emulates browsers without scroll anchoring. */
export const disableScrollAnchoring = (page: Page): Promise<void> =>
  page.evaluate(() => document.documentElement.style.setProperty("overflow-anchor", "none"))
