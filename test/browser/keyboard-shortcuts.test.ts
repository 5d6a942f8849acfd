import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { exports, generated } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { addressOf, openShare, topOf, view } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]
const long = generated(120)
const prompts = (count: number) => ({
  info: { id: "ses_1", title: "Short" },
  messages: Array.from({ length: count }, (_, i) => ({
    info: { id: `msg_${i + 1}`, role: "user", time: { created: i * 1000 } },
    parts: [{ id: `prt_${i + 1}`, type: "text", text: `Prompt ${i + 1}\n\nThat says a little more.` }],
  })),
})
const many = prompts(40)

/** The focused prompt, and its distance from the top of the viewport. */
const prompt = (page: Page) =>
  page.evaluate(() => {
    const focused = document.activeElement?.closest(".prompt")
    return focused && { id: focused.id, top: focused.getBoundingClientRect().top }
  })

/** Ids of a session's prompts, in order. */
const promptIds = ({ messages }: { messages: unknown[] }) =>
  (messages as { info: { id: string; role: string } }[]).flatMap(({ info }) => (info.role === "user" ? info.id : []))

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  test("j and k move from prompt to prompt, with the focus", async () => {
    const { page } = await openShare(demo)
    const ids = await page.locator(".prompt").evaluateAll((prompts) => prompts.map(({ id }) => id))
    await page.keyboard.press("j")
    expect((await prompt(page))!.id).toBe(ids[0])
    expect(Math.abs((await prompt(page))!.top - 16)).toBeLessThan(2)
    await page.keyboard.press("j")
    expect((await prompt(page))!.id).toBe(ids[1])
    await page.keyboard.press("k")
    expect((await prompt(page))!.id).toBe(ids[0])
    // Counts from the scroll position, not from the last jump.
    await page.evaluate(() => scrollTo({ top: document.body.scrollHeight, behavior: "instant" }))
    await page.keyboard.press("k")
    expect((await prompt(page))!.id).toBe(ids[1])
    await page.keyboard.press("j")
    expect(await page.locator(".status").textContent()).toBe("This is the last prompt.")
  })

  test("j reaches prompts at the end of the page that cannot scroll to the top", async () => {
    const { page } = await openShare(prompts(4))
    const seen = []
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press("j")
      seen.push((await prompt(page))!.id)
    }
    expect(seen.sort()).toEqual(["msg_1", "msg_2", "msg_3", "msg_4"])
  })

  test.each([true, false])("j leads through all parts (from the disk: %j)", async (disk) => {
    const { page } = await openShare(long, "index.html", { disk })
    const seen = new Set<string>()
    const isLast = async () => (await page.locator(".status").textContent()) === "This is the last prompt."
    // The next part is loaded, or its page opened, asynchronously.
    const pressUntilMoved = async () => {
      const before = seen.size
      const from = (await addressOf(page)).href
      await page.keyboard.press("j")
      const isThere = async () => {
        const now = await prompt(page).catch(() => null)
        if (now) seen.add(now.id)
        return seen.size > before || (disk && from !== (await addressOf(page)).href) || (await isLast())
      }
      await expect.poll(isThere).toBe(true)
    }
    while (!(await isLast())) await pressUntilMoved()
    expect([...seen]).toEqual(promptIds(long))
    expect(promptIds(long).length).toBeGreaterThan(5)
  })

  test("the outline highlights the current prompt", async () => {
    const { page } = await openShare(demo)
    const current = () => page.locator("#_outline [aria-current=true] b").allTextContents()
    expect(await current()).toEqual(["1"])
    expect(await page.locator(".here").textContent()).toBe("1 / 2")
    await page
      .locator(".prompt")
      .nth(1)
      .evaluate((second) => second.scrollIntoView())
    await expect.poll(current).toEqual(["2"])
    await page.evaluate(() => scrollTo(0, 0))
    await expect.poll(current).toEqual(["1"])
  })

  test("at the end of the page, the last prompt is current, however short", async () => {
    const { page } = await openShare(many, "index.html", { viewport: { width: 1280, height: 900 } })
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight))
    await expect.poll(() => page.locator(".here").textContent()).toBe("40 / 40")
  })

  test("on a page little longer than the viewport, the first prompt is current at the top", async () => {
    const { page } = await openShare(prompts(8), "index.html", { viewport: { width: 1280, height: 900 } })
    expect(await page.locator(".here").textContent()).toBe("1 / 8")
  })

  test("the outline scrolls to the current prompt without moving the page", async () => {
    const { page } = await openShare(many, "index.html", { viewport: { width: 1280, height: 400 } })
    await page
      .locator(".prompt")
      .nth(30)
      .evaluate((one) => one.scrollIntoView())
    await expect.poll(() => page.locator("#_outline [aria-current=true] b").textContent()).toBe("31")
    const [outline, link] = await page
      .locator("#_outline, #_outline [aria-current=true]")
      .evaluateAll((both) => both.map((each) => each.getBoundingClientRect().toJSON()))
    expect(link!.top).toBeGreaterThanOrEqual(outline!.top)
    expect(link!.bottom).toBeLessThanOrEqual(outline!.bottom)
    expect(Math.abs((await topOf(page, "[id=msg_31]")) - 16)).toBeLessThan(2)
  })

  test("ignores keys in text fields, with modifiers and during composition", async () => {
    const { page } = await openShare(demo)
    for (const key of ["Control+j", "Alt+t", "Meta+d", "Shift+J"]) await page.keyboard.press(key)
    await page.evaluate(() =>
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "t", isComposing: true, bubbles: true })),
    )
    expect(await view(page)).toBe("work")
    expect(await prompt(page)).toBeNull()
    await page.keyboard.press("/")
    await page.keyboard.type("jtd?/")
    expect(await page.locator(".filter input").inputValue()).toBe("jtd?/")
    expect(await view(page)).toBe("work")
    expect(await page.locator("dialog").count()).toBe(0)
    await page.keyboard.press("Escape")
    // The view switch's radio buttons are not text fields.
    await page.locator("#_view-work").focus()
    await page.keyboard.press("t")
    expect(await view(page)).toBe("everything")
  })

  test("? opens the shortcuts, Escape closes them and returns the focus", async () => {
    const { page } = await openShare(demo)
    const button = page.getByRole("button", { name: "Keys" })
    await button.focus()
    await page.keyboard.press("?")
    const help = page.getByRole("dialog", { name: "Keys" })
    expect(await help.isVisible()).toBe(true)
    expect(await help.locator("kbd").allTextContents()).toEqual(["j", "k", "t", "s", "d", "/", "?", "Esc"])
    await page.keyboard.press("t")
    expect(await view(page)).toBe("work")
    await page.keyboard.press("Escape")
    expect(await help.isVisible()).toBe(false)
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)
    await button.click()
    await help.getByRole("button", { name: "Close" }).click()
    expect(await help.isVisible()).toBe(false)
  })

  test("s toggles side-by-side diffs on wide pages with a diff, and is remembered", async () => {
    const { page, open } = await openShare(demo)
    const split = () => page.locator("html[data-split]").count()
    const button = page.getByRole("button", { name: "Side by side" })
    expect(await button.getAttribute("aria-pressed")).toBe("false")
    await page.keyboard.press("s")
    expect(await split()).toBe(1)
    await open("index.html")
    expect(await split()).toBe(1)
    expect(await button.getAttribute("aria-pressed")).toBe("true")
    await page.setViewportSize({ width: 800, height: 800 })
    expect(await button.isVisible()).toBe(false)
    await page.keyboard.press("s")
    expect(await split()).toBe(1)
    await page.setViewportSize({ width: 1280, height: 800 })
    await button.click()
    expect(await split()).toBe(0)
  })

  test("without a diff, there is no side-by-side button", async () => {
    const { page } = await openShare({ info: { id: "ses_1", title: "Nothing" } })
    expect(await page.getByRole("button", { name: "Side by side" }).count()).toBe(0)
    for (const key of ["j", "k", "t", "s", "d", "/", "Escape", "?"]) await page.keyboard.press(key)
  })

  test("a prompt jumped to is not covered by the sticky bar of a phone", async () => {
    const { page } = await openShare(demo, "index.html", { viewport: { width: 360, height: 700 } })
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    const rail = await page.locator(".rail").evaluate((element) => element.getBoundingClientRect().bottom)
    expect(await topOf(page, ".prompt:nth-child(1 of .prompt)")).toBeLessThan(0)
    expect((await prompt(page))!.top).toBeGreaterThanOrEqual(rail)
  })
})
