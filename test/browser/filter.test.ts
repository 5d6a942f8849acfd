import { describe, expect, test } from "vitest"
import { exports } from "../render/draw.ts"
import { assistant, call, user } from "../render/items/parts-draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare, topOf } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]
const read = (id: string, output: string) => ({
  ...call("bash", { input: { command: `cat ${id}` }, output, metadata: { exit: 0 } }),
  id,
})
const session = {
  info: { id: "ses_1", title: "Filtering", directory: "/home/dana/src/calc" },
  messages: [
    user([{ type: "text", text: "Où est le CAFÉ?" }]),
    assistant(
      [
        { type: "text", text: "Nothing but tea.", id: "prt_tea" },
        read("prt_folded", "a cup of ﬁne cafe in the output"),
        read("prt_summary", "something else"),
        { type: "text", text: "Cafe and **tea**.", id: "prt_both" },
      ],
      { id: "msg_2" },
    ),
  ],
}

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  test("shows items with all words, ignoring case and accents, and unfolds them", async () => {
    const { page } = await openShare(session)
    const shown = () =>
      page
        .locator("#_main .item[id]")
        .filter({ visible: true })
        .evaluateAll((items) => items.map(({ id }) => id))
    const folded = page.locator("#prt_folded > details")
    await page.getByRole("button", { name: "Filter" }).click()
    await page.keyboard.type("cafe")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe("3 of 5")
    expect(await shown()).toEqual(["msg_1", "prt_folded", "prt_both"])
    expect(await folded.evaluate((details) => (details as HTMLDetailsElement).open)).toBe(true)
    await page.keyboard.type(" TÉA")
    await expect.poll(shown).toEqual(["prt_both"])
    await page.locator(".filter input").fill("ﬁNE")
    await expect.poll(shown).toEqual(["prt_folded"])
    await page.locator(".filter input").fill("prt_summary")
    await expect.poll(shown).toEqual(["prt_summary"])
    // Its summary contains the words already.
    expect(await page.locator("#prt_summary > details[open]").count()).toBe(0)
    // Labels of added buttons are not searched.
    await page.locator(".filter input").fill("copy")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe("0 of 5")
    await page.locator(".filter input").fill("nowhere else")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe("0 of 5")
    await page.keyboard.press("Escape")
    expect(await shown()).toHaveLength(5)
    expect(await page.locator("#_main details[open]").count()).toBe(0)
    expect(await page.locator(".filter").count()).toBe(0)
  })

  test("marks the words without changing the DOM", async () => {
    const { page } = await openShare(session)
    const before = await page.locator("#prt_both > .prose").innerHTML()
    await page.keyboard.press("/")
    await page.keyboard.type("TEA")
    const marked = () => page.evaluate(() => [...(CSS.highlights.get("found") ?? [])].map(String))
    await expect.poll(marked).toEqual(["tea", "tea"])
    expect(await page.locator("#prt_both > .prose").innerHTML()).toBe(before)
    await page.keyboard.press("Escape")
    expect(await marked()).toEqual([])
  })

  test("Escape returns to the previous reading position", async () => {
    const { page } = await openShare(demo)
    const selector = `[id="${await page.locator(".item.said").nth(4).getAttribute("id")}"]`
    await page.evaluate((wanted) => {
      const { top } = document.querySelector(wanted)!.getBoundingClientRect()
      scrollBy({ top: top - 100, behavior: "instant" })
    }, selector)
    const before = await topOf(page, selector)
    await page.keyboard.press("/")
    await page.keyboard.type("invoice")
    await expect.poll(() => page.locator(".filter .count").textContent()).toMatch(/^\d+ of \d+$/)
    await page.keyboard.press("Escape")
    expect(Math.abs((await topOf(page, selector)) - before)).toBeLessThan(2)
  })

  test("counts only what the conversation view shows", async () => {
    const { page } = await openShare(session, "index.html?view=conversation")
    const sentences = page.locator(".item.sentence").filter({ visible: true })
    expect(await sentences.count()).toBe(1)
    await page.keyboard.press("/")
    await page.keyboard.type("cafe")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe("2 of 3")
    expect(await sentences.count()).toBe(0)
  })

  test("applies to parts loaded later", async () => {
    const { page } = await openShare(session)
    await page.keyboard.press("/")
    await page.keyboard.type("tea")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe("2 of 5")
    await page.evaluate(() => {
      const part = document.querySelector(".part")!.cloneNode(true) as HTMLElement
      for (const item of part.querySelectorAll("[id]")) item.removeAttribute("id")
      for (const item of part.querySelectorAll(".filtered")) item.classList.remove("filtered")
      document.querySelector("#_main")!.append(part)
      document.dispatchEvent(new CustomEvent("parts"))
    })
    expect(await page.locator(".filter .count").textContent()).toBe("4 of 10")
  })

  test("a link to a filtered-out item closes the filter", async () => {
    const { page } = await openShare(session)
    await page.keyboard.press("/")
    await page.keyboard.type("tea")
    await expect.poll(() => page.locator("#prt_folded").isVisible()).toBe(false)
    await page.evaluate(() => {
      location.hash = "#prt_folded"
    })
    await expect.poll(() => page.locator("#prt_folded .terminal").isVisible()).toBe(true)
    expect(await page.locator(".filter").count()).toBe(0)
  })

  test("finds one of 2,000 items", async () => {
    const { page } = await openShare(session)
    await page.evaluate(() => {
      const [part, said] = [document.querySelector(".part")!, document.querySelector("#prt_tea")!]
      for (let i = 0; i < 2_000; i++) {
        const item = said.cloneNode(true) as HTMLElement
        item.removeAttribute("id")
        item.querySelector("p")!.textContent = `Item ${i}: ${"words that say nothing ".repeat(20)}`
        part.append(item)
      }
      document.dispatchEvent(new CustomEvent("parts"))
    })
    await page.keyboard.press("/")
    await page.keyboard.type("item 1999")
    await expect.poll(() => page.locator(".filter .count").textContent()).toBe("1 of 2005")
    await page.keyboard.press("Escape")
    expect(await page.locator(".filtered").count()).toBe(0)
  })
})
