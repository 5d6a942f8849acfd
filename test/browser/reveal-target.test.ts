import { describe, expect, test } from "vitest"
import { exports } from "../render/draw.ts"
import { assistant, call, user } from "../render/items/parts-draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { addressOf, openShare, topOf, view } from "./open-share.ts"

const demo = exports.find(([name]) => name === "demo")![1]
const look = (id: string) => ({
  ...call("read", { input: { filePath: `/home/dana/src/calc/${id}.ts` }, output: "<file>\n00001| one\n</file>" }),
  id,
})
const edit = {
  ...call("bash", { input: { command: "true" }, output: "done", metadata: { exit: 0 } }),
  id: "prt_bash",
}
const filler = (id: string) => ({ id, type: "text", text: Array(40).fill("Some words.").join("\n\n") })
const session = {
  info: { id: "ses_1", title: "Linking", directory: "/home/dana/src/calc" },
  messages: [
    user([{ type: "text", text: "Look around." }]),
    assistant([filler("prt_before"), look("prt_one"), look("prt_two"), edit, filler("prt_after")], { id: "msg_2" }),
  ],
}

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  test.each([true, false])(
    "a link opens what is folded, and what that is folded in (from the disk: %j)",
    async (disk) => {
      const { page } = await openShare(session, "index.html#prt_two", { disk })
      const blocks = page.locator("#prt_two .blocks")
      expect(await blocks.isVisible()).toBe(true)
      expect(await page.locator("#prt_two > details").evaluate((details) => (details as HTMLDetailsElement).open)).toBe(
        true,
      )
      expect(await page.locator("#prt_one .blocks").isVisible()).toBe(false)
      expect(Math.abs((await topOf(page, "#prt_two")) - 16)).toBeLessThan(2)
      expect(await page.locator("#prt_two.marked").count()).toBe(1)
      await expect.poll(() => page.locator(".marked").count()).toBe(0)
      // It can be folded, and the same link opens it again.
      const summary = page.locator("#prt_two > details > summary")
      await summary.click()
      await expect.poll(() => blocks.isVisible()).toBe(false)
      await page.locator("#prt_two > a.time").click()
      await expect.poll(() => blocks.isVisible()).toBe(true)
    },
  )

  test("a link clicked on the page reveals its target, too", async () => {
    const { page } = await openShare(session)
    await page.evaluate(() => {
      location.hash = "#prt_bash"
    })
    await expect.poll(() => page.locator("#prt_bash .terminal").isVisible()).toBe(true)
    expect(Math.abs((await topOf(page, "#prt_bash")) - 16)).toBeLessThan(2)
  })

  test("a link to a step hidden in the conversation switches to the work view, once", async () => {
    const { page, open } = await openShare(session, "index.html?view=conversation#prt_two")
    expect(await view(page)).toBe("work")
    expect(await page.locator("#prt_two .blocks").isVisible()).toBe(true)
    expect(Math.abs((await topOf(page, "#prt_two")) - 16)).toBeLessThan(2)
    await open("index.html?view=conversation&again#prt_before")
    expect(await view(page)).toBe("conversation")
  })

  test.each(["#%E0%A4%A", "#", "#prt_nowhere", "#_main", "#_outline", "#%3Cb%3E"])("%s harms nothing", async (hash) => {
    const { page } = await openShare(session, `index.html${hash}`, { disk: true })
    await page.keyboard.press("t")
    expect(await view(page)).toBe("everything")
  })

  test("a link to an item loaded later is followed then", async () => {
    const { page } = await openShare(session, "index.html#prt_later", { disk: true })
    await page.evaluate(() => {
      const item = Object.assign(document.createElement("section"), { className: "item step", id: "prt_later" })
      const details = document.createElement("details")
      details.append(document.createElement("summary"), "Later.")
      item.append(details)
      document.querySelector(".part")!.append(item)
      document.dispatchEvent(new CustomEvent("parts"))
    })
    expect(await page.locator("#prt_later > details[open]").count()).toBe(1)
  })

  test("on a phone, choosing a prompt closes the outline", async () => {
    const { page } = await openShare(demo, "index.html", { viewport: { width: 360, height: 700 }, hasTouch: true })
    const outline = page.locator("#_outline")
    expect(await outline.isVisible()).toBe(false)
    await page.getByRole("button", { name: "Prompts" }).click()
    expect(await outline.isVisible()).toBe(true)
    const link = outline.locator(".prompts a").nth(1)
    const hash = await link.getAttribute("href")
    await link.click()
    expect(await outline.isVisible()).toBe(false)
    expect((await addressOf(page)).hash).toBe(hash)
    const rail = await page.locator(".rail").evaluate((element) => element.getBoundingClientRect().bottom)
    expect(await topOf(page, `[id="${hash!.slice(1)}"]`)).toBeGreaterThanOrEqual(rail)
  })

  test("ids named like browser globals do no harm", async () => {
    const names = ["body", "documentElement", "querySelector", "createElement", "location", "history", "navigator"]
    const more = ["localStorage", "CSS", "Highlight", "name", "length", "forms", "top", "self", "status", "event"]
    const { page } = await openShare(
      {
        info: { id: "ses_1", title: "Names", directory: "/home/dana" },
        messages: [...names, ...more].map((name, i) =>
          i % 2 === 0
            ? { info: { id: name, role: "user" }, parts: [{ id: `${name}.p`, type: "text", text: name }] }
            : { info: { id: `${name}.m`, role: "assistant" }, parts: [{ id: name, type: "text", text: name }] },
        ),
      },
      "index.html",
    )
    expect(await page.locator('[id="querySelector"], [id="Highlight"], [id="CSS"]').count()).toBe(3)
    for (const key of ["j", "t", "d", "/"]) await page.keyboard.press(key)
    await page.keyboard.type("highlight")
    await expect.poll(() => page.locator(".filter .count").textContent()).toMatch(/^1 of /)
    await page.keyboard.press("Escape")
    await page.locator('[id="CSS"]').getByRole("button", { name: "Link to here" }).click()
    await expect.poll(() => page.locator(".status").textContent()).toBe("Link copied")
    await page.evaluate(() => {
      location.hash = "#location"
    })
    expect(await view(page)).toBe("everything")
  })

  test("without the script, everything is readable and no dead control is shown", async () => {
    const { page } = await openShare(session, "index.html#prt_two", { javaScriptEnabled: false })
    expect(await page.getByRole("button").filter({ visible: true }).count()).toBe(0)
    expect(await page.locator("#prt_two .blocks").isVisible()).toBe(true)
    await page.locator("#prt_bash > details > summary").click()
    expect(await page.locator("#prt_bash .terminal").isVisible()).toBe(true)
    await page.getByText("Conversation", { exact: true }).click()
    expect(await page.locator("#prt_bash").isVisible()).toBe(false)
    await page.getByText("Everything", { exact: true }).click()
    expect(await page.locator("#prt_one .blocks").isVisible()).toBe(true)
    await page.setViewportSize({ width: 360, height: 700 })
    await page.getByRole("button", { name: "Prompts" }).click()
    expect(await page.locator("#_outline").isVisible()).toBe(true)
  })
})
