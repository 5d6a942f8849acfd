import { describe, expect, test } from "vitest"
import { exports } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { clipboard, openShare } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]

describe.skipIf(!executable)("in Chromium, pages of changes", () => {
  useBrowser()

  test("can be stepped through and filtered by file", async () => {
    const { page } = await openShare(demo, "changes.html")
    const focused = () => page.evaluate(() => document.activeElement?.closest(".changed-file")?.id)
    const files = await page.locator(".changed-file").evaluateAll((sections) => sections.map(({ id }) => id))
    await page.keyboard.press("j")
    expect(await focused()).toBe(files[0])
    await page.keyboard.press("j")
    expect(await focused()).toBe(files[1])
    for (let i = 0; i < files.length; i++) await page.keyboard.press("j")
    expect(await page.locator(".status").textContent()).toBe("This is the last file.")
    await page.keyboard.press("/")
    await page.keyboard.type("README")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe(`1 of ${files.length}`)
    await page.locator(".changes a").first().click()
    expect(await page.locator(".changed-file").first().isVisible()).toBe(true)
    expect(await page.locator(".filter").count()).toBe(0)
  })

  test("have no view switch", async () => {
    const { page, open } = await openShare(demo, "changes.html")
    await page.keyboard.press("t")
    expect(await page.locator(".status").textContent()).toBe("")
    await open("index.html")
    expect(await page.locator(".views :checked").inputValue()).toBe("work")
  })

  test("copy diffs as patches", async () => {
    const { page } = await openShare(demo, "changes.html")
    await page.getByRole("button", { name: "Copy diff" }).first().click()
    await expect.poll(() => clipboard(page)).toMatch(/^-\/\*\* Rounds[^\n]*\n\+\/\*\* Rounds/m)
  })
})
