import { describe, expect, test } from "vitest"
import { exports, generated } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { addressOf, openShare, topOf, view } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]
const long = generated(60)

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  describe.each([true, false])("views (from the disk: %j)", (disk) => {
    test("change with a key and persist in the URL and in storage", async () => {
      const { page, open } = await openShare(demo, "index.html#_main", { disk })
      expect(await view(page)).toBe("work")
      await page.keyboard.press("t")
      expect(await view(page)).toBe("everything")
      expect((await addressOf(page)).href).toMatch(/index\.html\?view=everything#_main$/)
      expect(await page.locator(".status").textContent()).toBe("View: Everything")
      await page.keyboard.press("t")
      expect((await addressOf(page)).search).toBe("?view=conversation")
      await open("index.html")
      expect(await view(page)).toBe("conversation")
      await page.getByText("Work", { exact: true }).click()
      expect((await addressOf(page)).href).toMatch(/index\.html$/)
      await open("index.html")
      expect(await view(page)).toBe("work")
    })

    test("in a link override the stored one without replacing it", async () => {
      const { page, open } = await openShare(demo, "index.html", { disk })
      await page.getByText("Everything", { exact: true }).click()
      await open("index.html?view=conversation")
      expect(await view(page)).toBe("conversation")
      await open("index.html?view=nonsense")
      expect(await view(page)).toBe("everything")
    })
  })

  test("applies a link's view before the first full paint", async () => {
    const { page } = await openShare(long, "index.html?view=conversation", {
      // Later than tasks queued while parsing, earlier than DOMContentLoaded handlers.
      before: () =>
        document.addEventListener("DOMContentLoaded", () =>
          queueMicrotask(() => {
            const { dataset } = document.documentElement
            dataset["early"] = document.querySelector<HTMLInputElement>(".views :checked")?.value ?? ""
          }),
        ),
    })
    expect(await page.locator("html").getAttribute("data-early")).toBe("conversation")
  })

  test("the view of everything unfolds all and restores folds, also in parts loaded later", async () => {
    const { page } = await openShare(demo)
    const folded = () => page.locator("#_main details:not([open])").count()
    const before = await folded()
    expect(before).toBeGreaterThan(5)
    await page.keyboard.press("t")
    expect(await folded()).toBe(0)
    await page.evaluate(() => {
      const part = document.querySelector(".part")!.cloneNode(true) as HTMLElement
      for (const details of part.querySelectorAll("details")) details.open = false
      for (const item of part.querySelectorAll("[id]")) item.removeAttribute("id")
      document.querySelector("#_main")!.append(part)
      document.dispatchEvent(new CustomEvent("parts"))
    })
    expect(await folded()).toBe(0)
    // The reader can fold it, and it stays folded.
    const first = page.locator(".item.step > details").first()
    await first.locator(":scope > summary").click()
    await expect.poll(() => first.locator(":scope > .blocks").isVisible()).toBe(false)
    await page.keyboard.press("t")
    await page.keyboard.press("t")
    expect(await page.locator(".part:first-child details:not([open])").count()).toBe(before)
  })

  test("changing the view keeps the reading position", async () => {
    const { page } = await openShare(long)
    const said = page.locator(".item.said").nth(3)
    const selector = `[id="${await said.getAttribute("id")}"]`
    await page.evaluate((wanted) => {
      const { top } = document.querySelector(wanted)!.getBoundingClientRect()
      scrollBy({ top: top - 40, behavior: "instant" })
    }, selector)
    const before = await topOf(page, selector)
    for (const wanted of ["everything", "conversation", "work"]) {
      await page.keyboard.press("t")
      expect(await view(page)).toBe(wanted)
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
      expect(Math.abs((await topOf(page, selector)) - before)).toBeLessThan(2)
    }
  })

  test("from a step, the conversation view goes to its summary line", async () => {
    const { page } = await openShare(long)
    await page
      .locator(".item.step.changed")
      .last()
      .evaluate((step) => step.scrollIntoView())
    await page.locator("#_view-conversation").evaluate((radio: HTMLInputElement) => radio.click())
    const shown = await page.evaluate(
      () =>
        [...document.querySelectorAll(".item.sentence")].filter((sentence) => {
          const { top, bottom } = sentence.getBoundingClientRect()
          return top >= 0 && bottom <= innerHeight
        }).length,
    )
    expect(shown).toBeGreaterThan(0)
  })

  describe.each(["light", "dark"] as const)("colours, with a %s system", (colorScheme) => {
    test("change with a key and a button, and are remembered", async () => {
      const { page, open } = await openShare(demo, "index.html", { colorScheme })
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
      const own = await paper()
      const button = page.getByRole("button", { name: "colour scheme" })
      expect(await button.textContent()).toBe("Auto")
      await page.keyboard.press("d")
      expect(await button.textContent()).toBe("Light")
      const light = await paper()
      await button.click()
      expect(await button.textContent()).toBe("Dark")
      const dark = await paper()
      expect(dark).not.toBe(light)
      expect(own).toBe(colorScheme === "light" ? light : dark)
      await open("index.html")
      expect(await paper()).toBe(dark)
      expect(await page.locator("html").getAttribute("data-theme")).toBe("dark")
      await page.keyboard.press("d")
      expect(await paper()).toBe(own)
    })
  })

  test("without storage, choices last while the page is open", async () => {
    const { page } = await openShare(demo, "index.html", {
      before: () =>
        Object.defineProperty(window, "localStorage", {
          get() {
            throw new DOMException("no", "SecurityError")
          },
        }),
    })
    await page.keyboard.press("t")
    await page.keyboard.press("d")
    expect(await view(page)).toBe("everything")
    expect(await page.locator("html").getAttribute("data-theme")).toBe("light")
  })
})
