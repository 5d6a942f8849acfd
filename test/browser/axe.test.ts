import { describe, expect, test } from "vitest"
import { gallery } from "../../demo/gallery/gallery.ts"
import { exports } from "../render/draw.ts"
import { violations } from "./axe-violations.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare } from "./open-share.ts"

const sessions = new Map<string, (typeof exports)[number][1]>([["gallery", gallery], ...exports])
const narrow = { width: 360, height: 800 }
const wide = { width: 1400, height: 800 }

// Covers every kind of page, each view, both widths and both schemes, but not every combination: each takes over a
// second.
describe.skipIf(!executable)("axe finds nothing", () => {
  useBrowser()

  test.each([
    { name: "gallery", address: "index.html?view=everything" },
    { name: "gallery", address: "2.html?view=everything", colorScheme: "dark" },
    { name: "gallery", address: "2.html?view=everything", viewport: narrow },
    { name: "gallery", address: "index.html?view=conversation", viewport: narrow, colorScheme: "dark" },
    { name: "demo", address: "index.html", colorScheme: "dark" },
    { name: "demo", address: "index.html?view=everything", viewport: narrow },
    { name: "all-tools", address: "index.html?view=everything", colorScheme: "dark" },
    { name: "apply-patch", address: "changes.html", viewport: narrow },
    { name: "errors-and-compaction", address: "index.html?view=everything", colorScheme: "dark" },
    { name: "questions", address: "index.html?view=conversation" },
  ] as const)("on $name, $address", async ({ name, address, ...options }) => {
    const { page } = await openShare(sessions.get(name)!, address, options)
    expect(await violations(page)).toEqual([])
  })

  test.each(["light", "dark"] as const)("on a subagent's page, %s", async (colorScheme) => {
    const { page, open } = await openShare(gallery, "2.html?view=everything", { colorScheme })
    await open((await page.locator('a.card[href^="sub-"]').first().getAttribute("href"))!)
    expect(await violations(page)).toEqual([])
  })

  test.each(["light", "dark"] as const)("on pages of changes, side by side, %s", async (colorScheme) => {
    const { page } = await openShare(gallery, "changes.html", { viewport: wide, colorScheme })
    await page.getByRole("button", { name: "Side by side" }).click()
    expect(await violations(page)).toEqual([])
  })

  test.each(["light", "dark"] as const)("in the shortcuts dialog, %s", async (colorScheme) => {
    const { page } = await openShare(gallery, "2.html", { colorScheme })
    await page.keyboard.press("?")
    expect(await page.getByRole("dialog").isVisible()).toBe(true)
    expect(await violations(page)).toEqual([])
  })

  test.each(["light", "dark"] as const)("with the outline and the filter open, %s", async (colorScheme) => {
    const { page } = await openShare(gallery, "2.html", { viewport: narrow, colorScheme })
    await page.keyboard.press("/")
    await page.keyboard.type("a")
    await page.getByRole("button", { name: "Prompts" }).click()
    expect(await page.locator("#_outline").isVisible()).toBe(true)
    expect(await violations(page)).toEqual([])
  })
})
