import type { Page, Request } from "playwright-core"
import { waitForPaint } from "./open-page.ts"

/** The shortest interval at which a page polls. */
const STEP_MS = 4_000
const unanswered = new WeakMap<Page, Set<Request>>()

/** Advances a page's fake clock in steps, and waits for the answers to the requests that each step starts. */
export async function advanceClock(page: Page, milliseconds: number, stepMs = STEP_MS): Promise<void> {
  const open = requestsOf(page)
  // The page answers unless it has just been reloaded.
  const roundTrip = () => page.evaluate(() => {}).catch(() => page.waitForLoadState())
  for (let passed = 0; passed < milliseconds; passed += stepMs) {
    await page.clock.runFor(stepMs)
    while (open.size > 0) await roundTrip()
    // The page has read the answers by then.
    await roundTrip()
  }
}

/** Advances a page's fake clock where no request is expected: each timer that is due runs, and what it asks for is waited for. */
export const advanceIdle = (page: Page, milliseconds: number): Promise<void> =>
  advanceClock(page, milliseconds, milliseconds / 2)

/** Advances a page's fake clock until something holds. */
export async function advanceUntil(page: Page, holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await advanceClock(page, STEP_MS)
}

/** Advances a page's fake clock until the page has merged an id. */
export async function pollUntil(page: Page, id: string): Promise<void> {
  await advanceUntil(page, async () => (await page.locator(`#${id}`).count()) > 0)
  await waitForPaint(page)
}

/** Requests of a page that have no answer yet. */
function requestsOf(page: Page): Set<Request> {
  const known = unanswered.get(page)
  if (known) return known
  const open = new Set<Request>()
  unanswered.set(page, open)
  const close = (request: Request) => open.delete(request)
  page.on("request", (request) => open.add(request))
  page.on("requestfinished", close).on("requestfailed", close)
  page.on("framenavigated", () => open.clear())
  return open
}
