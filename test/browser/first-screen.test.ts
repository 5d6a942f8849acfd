import { describe, expect, test } from "vitest"
import { exports } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]

describe.skipIf(!executable)("in Chromium, the first screen", () => {
  useBrowser()

  test.each([
    ["a laptop", 1280, 800],
    ["a phone", 390, 844],
  ])("of %s shows the first prompt below at most a third of facts", async (_, width, height) => {
    const { page } = await openShare(demo)
    await page.setViewportSize({ width, height })
    const box = async (selector: string) => (await page.locator(selector).first().boundingBox())!
    const facts = await box(".facts")
    const changes = await box(".changes")
    expect(changes.y + changes.height - facts.y).toBeLessThanOrEqual(height / 3)
    const prompt = await box(".ask")
    expect(prompt.y + prompt.height).toBeLessThan(height)
  })

  test("opens the list of changed files by keyboard", async () => {
    const { page } = await openShare(demo)
    const file = page.locator(".changes li a").first()
    expect(await file.isVisible()).toBe(false)
    await page.locator(".changes summary").press("Enter")
    expect(await file.isVisible()).toBe(true)
  })
})
