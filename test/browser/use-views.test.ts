import { describe, expect, test } from "vitest"
import { exports, generated } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare, topOf, view } from "./use-page.ts"

const demo = exports.find(([name]) => name === "demo")![1]
const long = generated(60)

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  describe.each([true, false])("views (from the disk: %j)", (disk) => {
    test("change with a key, stay in the address and in memory", async () => {
      const { page, open } = await openShare(demo, "index.html#_main", { disk })
      expect(await view(page)).toBe("work")
      await page.keyboard.press("t")
      expect(await view(page)).toBe("everything")
      expect(new URL(page.url()).search + new URL(page.url()).hash).toBe("?view=everything#_main")
      expect(await page.locator(".status").textContent()).toBe("View: Everything")
      await page.keyboard.press("t")
      expect(new URL(page.url()).search).toBe("?view=conversation")
      await open("index.html")
      expect(await view(page)).toBe("conversation")
      await page.getByText("Work", { exact: true }).click()
      expect(page.url()).toMatch(/index\.html$/)
      await open("index.html")
      expect(await view(page)).toBe("work")
    })

    test("in a link win over memory, and do not replace it", async () => {
      const { page, open } = await openShare(demo, "index.html", { disk })
      await page.getByText("Everything", { exact: true }).click()
      await open("index.html?view=conversation")
      expect(await view(page)).toBe("conversation")
      await open("index.html?view=nonsense")
      expect(await view(page)).toBe("everything")
    })
  })

  test("the view of a link is there before the page can be painted whole", async () => {
    const { page } = await openShare(long, "index.html?view=conversation", {
      // After what waits to run since the document was read, before what runs because it is complete.
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

  test("everything is opened and folded again as it was, in parts that come later as well", async () => {
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
    // What the reader folds in it stays folded to be seen, too.
    const first = page.locator(".item.step > details").first()
    await first.locator(":scope > summary").click()
    await expect.poll(() => first.locator(":scope > .blocks").isVisible()).toBe(false)
    await page.keyboard.press("t")
    await page.keyboard.press("t")
    expect(await page.locator(".part:first-child details:not([open])").count()).toBe(before)
  })

  test("the reader's place stays", async () => {
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

  test("who reads a step comes to the sentence about it", async () => {
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

  test("without storage, everything works as long as the page is open", async () => {
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
