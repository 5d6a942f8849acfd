import { describe, expect, test } from "vitest"
import { exports } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  test("unfolds for print and refolds afterwards where CSS cannot", async () => {
    const { page } = await openShare(demo, "index.html", {
      before: () => {
        CSS.supports = () => false
      },
    })
    const open = () =>
      page.evaluate(() => {
        const folded = [...document.querySelectorAll<HTMLDetailsElement>("#_main details")]
        return folded.filter(({ open }) => open).length
      })
    const before = await open()
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")))
    expect(await open()).toBeGreaterThan(before)
    expect(await page.locator(".looked > details[open]").count()).toBe(0)
    await page.evaluate(() => dispatchEvent(new Event("afterprint")))
    expect(await open()).toBe(before)
  })

  test("leaves it to CSS where CSS can", async () => {
    const { page } = await openShare(demo)
    const before = await page.locator("#_main details[open]").count()
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")))
    expect(await page.locator("#_main details[open]").count()).toBe(before)
    await page.emulateMedia({ media: "print" })
    expect(await page.locator(".item.passed .terminal").first().isVisible()).toBe(true)
  })
})
