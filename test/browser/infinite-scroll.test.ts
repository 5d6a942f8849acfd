import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { serveFolder } from "../support/static-server.ts"
import { finishedShare, idsIn, longSession, pagesOf, shareToFolder } from "./long-session.ts"
import { disableScrollAnchoring, executable, openPage, useBrowser, waitForPaint } from "./open-page.ts"

/** Ids of all items on a page, in order. */
const idsOn = (page: Page) =>
  page.evaluate(() => [...document.querySelectorAll("#_main :is([id^=msg_], [id^=prt_])")].map(({ id }) => id))

const toEnd = (page: Page) => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))

async function readAll(page: Page): Promise<void> {
  while (await page.locator("a[rel=next]").count()) {
    const part = await page.locator(".part").count()
    await toEnd(page)
    await page.waitForFunction((count) => document.querySelectorAll(".part").length > count, part)
  }
}

describe.skipIf(!executable)("in Chromium", { timeout: 600_000 }, () => {
  useBrowser()

  test("scrolling loads every part, and every item once", async () => {
    const folder = await finishedShare()
    const pages = pagesOf(folder)
    expect(pages.length).toBeGreaterThan(3)
    const { url, requests } = await serveFolder(folder)
    const { page } = await openPage(`${url}/index.html`)
    await readAll(page)
    expect(await idsOn(page)).toEqual(idsIn(folder, pages))
    for (const name of pages) expect(requests.filter((request) => request.includes(`/${name} `))).toHaveLength(1)
    const prompts = await page.locator("#_outline .prompts b").allTextContents()
    expect(prompts).toEqual(prompts.map((_, i) => String(i + 1)))
    expect(
      await page
        .locator("#_main .prompt h2")
        .allTextContents()
        .then((all) => all.map((text) => text.trim())),
    ).toEqual(prompts)
  })

  test("the URL follows the reader and leads back to the same item", async () => {
    const folder = await finishedShare()
    const { url } = await serveFolder(folder)
    const { page } = await openPage(`${url}/index.html?view=everything`)
    await readAll(page)
    const id = idsIn(folder, ["3.html"]).filter((id) => id.startsWith("prt_"))[3] as string
    await page.evaluate((id) => document.getElementById(id)!.scrollIntoView(), id)
    await page.waitForURL(`${url}/3.html?view=everything#${id}`)
    await page.reload()
    await page.waitForFunction((id) => Math.abs(document.getElementById(id)!.getBoundingClientRect().top) < 30, id)
  })

  test.each([true, false])(
    "the part before comes, what is read stays (anchored by the browser: %j)",
    async (anchors) => {
      const folder = await finishedShare()
      const { url } = await serveFolder(folder)
      const { page } = await openPage(`${url}/4.html`)
      if (!anchors) await disableScrollAnchoring(page)
      for (const before of ["3.html", "2.html", "index.html"]) {
        await page.locator("a[rel=prev]").evaluate((link) => link.scrollIntoView())
        const item = (await page.locator(".part .item").first().elementHandle())!
        const top = () => item.evaluate((item) => item.getBoundingClientRect().top)
        const was = await top()
        await page.locator("a[rel=prev]").click()
        await page.waitForSelector(`.part:first-of-type[data-page="${before}"]`)
        await waitForPaint(page)
        expect(Math.abs((await top()) - was)).toBeLessThan(2)
      }
      expect(await page.locator("a[rel=prev]").count()).toBe(0)
      expect((await idsOn(page)).slice(0, 1)).toEqual(idsIn(folder, ["index.html"]).slice(0, 1))
    },
  )

  test("a part that fails to load keeps its link and is requested again", async () => {
    const folder = await finishedShare()
    const server = await serveFolder(folder)
    server.fault = (_, pathname) => (pathname === "/2.html" ? 500 : undefined)
    const { page } = await openPage(`${server.url}/index.html`, { allowFailedRequests: true })
    await toEnd(page)
    await page.locator(".status", { hasText: "Part 2 could not be loaded." }).waitFor()
    expect(await page.locator("a[rel=next]").getAttribute("href")).toBe("2.html")
    delete server.fault
    await page.evaluate(() => scrollTo(0, 0))
    await waitForPaint(page)
    await toEnd(page)
    await page.locator('.part[data-page="2.html"]').waitFor()
  })

  test("a part of another build keeps its link", async () => {
    const folder = await finishedShare()
    const { url } = await serveFolder(folder)
    const file = path.join(folder, "2.html")
    writeFileSync(file, readFileSync(file, "utf8").replace(/page-[0-9a-f]{16}\.css/, "page-0123456789abcdef.css"))
    const { page } = await openPage(`${url}/index.html`)
    await toEnd(page)
    await page.locator(".status", { hasText: "Part 2 could not be loaded." }).waitFor()
    expect(await page.locator(".part").count()).toBe(1)
  })

  test("the outline of many prompts lists those near the reader", async () => {
    const session = longSession(150)
    const [prompt, answer] = [session.messages[0]!, session.messages.findLast(({ info }) => info.role === "assistant")!]
    const short = { ...prompt, parts: [{ ...prompt.parts[0]!, text: "Go on. ".repeat(200) }] }
    const messages = Array.from({ length: 900 }, (_, at) => {
      const message = at % 2 ? { ...answer, parts: answer.parts.filter(({ type }) => type === "text") } : short
      return { ...message, info: { ...message.info, id: `msg_${String(at).padStart(12, "0")}aaaaaaaaaaaaaa` } }
    })
    const { folder } = await shareToFolder({ ...session, messages })
    const { url } = await serveFolder(folder)
    const { page } = await openPage(`${url}/index.html`)
    await readAll(page)
    const listed = () =>
      page
        .locator("#_outline .prompts b")
        .allTextContents()
        .then((all) => all.map(Number))
    const inOrder = (all: number[]) => all.every((number, i) => number === (all[0] as number) + i)
    const end = await listed()
    expect(end.at(-1)).toBe(450)
    expect(end.length).toBeLessThanOrEqual(200)
    expect(inOrder(end)).toBe(true)
    await page.evaluate(() => scrollTo(0, 0))
    await page.waitForFunction(() => document.querySelector("#_outline .prompts b")!.textContent === "1")
    const start = await listed()
    expect(start.length).toBeLessThanOrEqual(200)
    expect(inOrder(start)).toBe(true)
  })

  test("from the disk, nothing is fetched and links connect all parts", async () => {
    const folder = await finishedShare()
    const { page } = await openPage(`${pathToFileURL(folder)}/index.html`)
    for (const name of pagesOf(folder).slice(1)) {
      await toEnd(page)
      await page.locator("a[rel=next]").click()
      await page.waitForURL(`${pathToFileURL(folder)}/${name}`)
      expect(await page.locator(".part").count()).toBe(1)
    }
    await page.locator("a[rel=prev]").click()
    await page.waitForURL(`${pathToFileURL(folder)}/${pagesOf(folder).at(-2)}`)
  })

  test("without the script, links connect all parts", async () => {
    const folder = await finishedShare()
    const { url } = await serveFolder(folder)
    const { page } = await openPage(`${url}/index.html`, { javaScriptEnabled: false })
    for (const name of pagesOf(folder).slice(1)) {
      await page.locator("a[rel=next]").click()
      await page.waitForURL(`${url}/${name}`)
    }
    expect(await page.locator("a[rel=next]").count()).toBe(0)
  })

  test("j and k continue into the next and the previous part", async () => {
    const folder = await finishedShare()
    const { url } = await serveFolder(folder)
    const { page } = await openPage(`${url}/2.html`)
    const last = page.locator(".part[data-page='2.html'] .prompt").last()
    await last.evaluate((prompt) => prompt.scrollIntoView())
    await page.keyboard.press("j")
    await page.waitForFunction(() => document.activeElement?.closest(".part")?.getAttribute("data-page") === "3.html")
    await page.evaluate(() => scrollTo(0, 0))
    await page.keyboard.press("k")
    await page.waitForFunction(
      () => document.activeElement?.closest(".part")?.getAttribute("data-page") === "index.html",
    )
  })
})
