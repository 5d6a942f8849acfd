import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { serveFolder } from "../support/static-server.ts"
import { advanceClock, advanceIdle, advanceUntil, pollUntil } from "./fake-clock.ts"
import { idsIn, longSession, pagesOf, shareToFolder } from "./long-session.ts"
import { disableScrollAnchoring, executable, openPage, useBrowser } from "./open-page.ts"

/** Messages on the page at first; the session has as many more. */
const HALF_MESSAGES = 12
const MORE = 16

async function follow(messages = HALF_MESSAGES, address = (pages: string[]) => pages.at(-1) as string) {
  const shared = await shareToFolder(longSession(messages, false))
  const server = await serveFolder(shared.folder)
  const { page } = await openPage(`${server.url}/${address(pagesOf(shared.folder))}`, {
    fakeClock: true,
    allowFailedRequests: true,
  })
  const asked = () => server.requests.filter((request) => request.startsWith("HEAD")).length
  return { ...shared, server, page, asked, idsIn: (...pages: string[]) => idsIn(shared.folder, pages) }
}

const top = (page: Page, id: string) =>
  page.evaluate((id) => document.getElementById(id)!.getBoundingClientRect().top, id)

const scrollToItem = (page: Page, id: string) =>
  page.evaluate((id) => scrollBy(0, document.getElementById(id)!.getBoundingClientRect().top - 100), id)

describe.skipIf(!executable)("in Chromium", { timeout: 600_000 }, () => {
  useBrowser()

  test.each([true, false])(
    "what is new comes in below, what is read stays (anchored by the browser: %j)",
    async (anchors) => {
      const { page, folder, again, idsIn } = await follow()
      if (!anchors) await disableScrollAnchoring(page)
      expect(pagesOf(folder)).toEqual(["index.html"])
      const before = idsIn("index.html")
      const read = before[before.length >> 1] as string
      await page.locator("#_main details:not([open])").first().locator("summary").first().click()
      const opened = await page.locator("#_main details[open]").count()
      const facts = await page.locator(".facts").textContent()
      await scrollToItem(page, read)
      await page.evaluate((id) => {
        const text = document.getElementById(id)!
        getSelection()!.selectAllChildren(text)
        text.querySelector<HTMLElement>("a, summary")!.focus({ preventScroll: true })
      }, read)
      const was = await top(page, read)
      const selected = await page.evaluate(() => String(getSelection()))

      const grown = longSession(MORE, false)
      await again({ ...grown, info: { ...grown.info, title: "A title that takes more lines than before. ".repeat(6) } })
      const after = idsIn("index.html")
      expect(after.length).toBeGreaterThan(before.length)
      await pollUntil(page, after.at(-1) as string)
      expect(await page.evaluate(() => [...document.querySelectorAll(".part [id]")].map(({ id }) => id))).toEqual(after)
      expect(Math.abs((await top(page, read)) - was)).toBeLessThan(1)
      expect(await page.evaluate(() => String(getSelection()))).toBe(selected)
      expect(await page.evaluate(() => document.activeElement!.closest(".item")?.id)).toBe(read)
      expect(await page.locator("#_main details[open]").count()).toBeGreaterThanOrEqual(opened)
      expect(await page.locator(".facts").textContent()).not.toBe(facts)
      expect(await page.locator(".actions button").count()).toBeGreaterThan(1)

      const news = page.locator(".news button")
      expect(await news.textContent()).toMatch(/^\d+ new below ↓$/)
      await news.click()
      await page.waitForFunction(
        (id) => document.getElementById(id)!.getBoundingClientRect().top < innerHeight,
        after[before.length]!,
      )
      await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
      await news.waitFor({ state: "detached" })
    },
  )

  test("a reader at the end is scrolled along", async () => {
    const { page, again, idsIn } = await follow()
    const before = idsIn("index.html")
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    const from = await page.evaluate(() => scrollY)
    await again(longSession(MORE, false))
    await pollUntil(page, idsIn("index.html").at(-1) as string)
    expect(await page.evaluate(() => scrollY)).toBeGreaterThan(from)
    // The beginning of the new content stays visible.
    expect(await top(page, idsIn("index.html")[before.length] as string)).toBeGreaterThanOrEqual(0)
  })

  test("a finished step is updated and keeps the reader's fold", async () => {
    const session = longSession(HALF_MESSAGES, false)
    const last = session.messages.at(-1)!
    const step = (state: object) => {
      const id = `prt_${last.info.id.slice(4, 15)}fzzzzzzzzzzzzzz`
      const call = { id, messageID: last.info.id, type: "tool", tool: "bash", callID: "call_1", state }
      return { ...session, messages: [...session.messages.slice(0, -1), { ...last, parts: [...last.parts, call] }] }
    }
    const input = { command: "make all" }
    const shared = await shareToFolder(step({ status: "running", input, time: { start: 1 } }))
    const { url } = await serveFolder(shared.folder)
    const { page } = await openPage(`${url}/index.html`, { fakeClock: true })
    const row = page.locator(`#prt_${last.info.id.slice(4, 15)}fzzzzzzzzzzzzzz`)
    await row.locator("summary").click()
    const isOpen = () => row.locator("details").evaluate((details: HTMLDetailsElement) => details.open)
    const wasOpen = await isOpen()
    await row.locator("summary").focus()
    const time = { start: 1, end: 60_001 }
    await shared.again(
      step({ status: "completed", input, output: "all is made", title: "", metadata: { exit: 0 }, time }),
    )
    await advanceUntil(page, async () => (await row.textContent())!.includes("all is made"))
    expect(await row.textContent()).toContain("all is made")
    expect(await isOpen()).toBe(wasOpen)
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe("summary")
    expect(await page.locator(".news button").count()).toBe(0)
  })

  test("appends a new part after the last one", async () => {
    const { page, folder, again, idsIn } = await follow(60)
    const last = pagesOf(folder).at(-1) as string
    await again(longSession(160, false))
    const pages = pagesOf(folder)
    const next = pages[pages.indexOf(last) + 1] as string
    expect(next).toBeDefined()
    await pollUntil(page, idsIn(next)[0] as string)
    const there = pages.slice(pages.indexOf(last), pages.indexOf(next) + 1)
    expect(
      (await page.locator(".part").evaluateAll((all) => all.map((part) => part.getAttribute("data-page")))).slice(0, 2),
    ).toEqual(there)
    const ids = await page.evaluate(() => [...document.querySelectorAll(".part [id]")].map(({ id }) => id))
    expect(ids.slice(0, idsIn(...there).length)).toEqual(idsIn(...there))
  })

  test("updates a prompt's summary in an earlier part when its answer ends in a later one", async () => {
    const { messages, ...session } = longSession(160)
    const steps = messages.filter(({ info }, at) => at === 0 || info.finish === "tool-calls")
    const turn = (length: number, finish: string) => {
      const last = steps[length - 1]!
      return { ...session, messages: [...steps.slice(0, length - 1), { ...last, info: { ...last.info, finish } }] }
    }
    const { folder, again } = await shareToFolder(turn(8, "tool-calls"))
    expect(pagesOf(folder)).toEqual(["index.html"])
    const { url } = await serveFolder(folder)
    const { page } = await openPage(`${url}/index.html`, { fakeClock: true })
    await again(turn(70, "tool-calls"))
    expect(pagesOf(folder)).toContain("2.html")
    await pollUntil(page, idsIn(folder, ["2.html"])[0] as string)
    const bylines = (there: Page) => there.locator(".part[data-page='index.html'] .byline").allTextContents()
    expect(await bylines(page)).toEqual([])
    await again(turn(72, "stop"))
    await advanceUntil(page, async () => (await bylines(page)).length > 0)
    const { page: anew } = await openPage(`${url}/index.html`)
    expect(await bylines(page)).toHaveLength(1)
    expect(await bylines(page)).toEqual(await bylines(anew))
  })

  test("reloads when another version has rendered the pages", async () => {
    const { page, folder, server } = await follow()
    await page.evaluate(() => Object.assign(window, { isSame: true }))
    const file = path.join(folder, "index.html")
    const [sheet] = readdirSync(folder).filter((name) => name.endsWith(".css"))
    copyFileSync(path.join(folder, sheet!), path.join(folder, "page-0123456789abcdef.css"))
    writeFileSync(file, readFileSync(file, "utf8").replace(sheet!, "page-0123456789abcdef.css"))
    const loads = () => server.requests.filter((request) => request.startsWith("GET /index.html")).length
    const before = loads()
    await advanceUntil(page, () => loads() > before)
    await page.waitForFunction(() => !("isSame" in window))
    expect(loads()).toBeGreaterThanOrEqual(before + 2)
  })

  test("waits while another version has rendered some pages but not this one, then continues", async () => {
    const { page, folder, server, again } = await follow(60)
    await page.evaluate(() => Object.assign(window, { isSame: true }))
    const file = path.join(folder, "index.html")
    const before = readFileSync(file, "utf8")
    writeFileSync(file, before.replace(/page-[0-9a-f]{16}\.css/, "page-0123456789abcdef.css"))
    const asked = () => server.requests.filter((request) => request.startsWith("GET /index.html")).length
    await advanceUntil(page, () => asked() >= 3)
    expect(await page.evaluate(() => "isSame" in window)).toBe(true)
    writeFileSync(file, before)
    await again(longSession(64, false))
    await pollUntil(page, idsIn(folder, pagesOf(folder).slice(-1)).at(-1) as string)
    expect(await page.evaluate(() => "isSame" in window)).toBe(true)
  })

  test("updates the header on the first page of a long session", async () => {
    const { page, again } = await follow(60, () => "index.html")
    const facts = (await page.locator(".facts").textContent()) as string
    await again(longSession(160, false))
    await advanceUntil(page, async () => (await page.locator(".facts").textContent()) !== facts)
    expect(await page.locator(".facts").textContent()).not.toBe(facts)
    expect(await page.locator(".part").count()).toBe(1)
  })

  test("stops polling once the session is finished", async () => {
    const { page, again, idsIn, asked } = await follow()
    await again(longSession(MORE))
    await pollUntil(page, idsIn("index.html").at(-1) as string)
    const before = asked()
    await advanceIdle(page, 200_000)
    expect(asked()).toBe(before)
    expect(await page.locator(".live").count()).toBe(0)
  })

  test("backs off while nothing changes, and fetches no page then", async () => {
    const { page, server, asked } = await follow()
    await advanceClock(page, 600_000)
    expect(asked()).toBeGreaterThan(5)
    expect(asked()).toBeLessThan(20)
    expect(server.requests.filter((request) => request.startsWith("HEAD")).slice(1)).toEqual(
      Array(asked() - 1).fill("HEAD /manifest.json 304"),
    )
    expect(server.requests.filter((request) => request.startsWith("GET")).length).toBeLessThanOrEqual(3)
  })

  test("does not poll while the page is hidden", async () => {
    const { page, asked } = await follow()
    const show = (state: string) =>
      page.evaluate((state) => {
        Object.defineProperty(document, "visibilityState", { configurable: true, value: state })
        document.dispatchEvent(new Event("visibilitychange"))
      }, state)
    await show("hidden")
    const before = asked()
    await advanceIdle(page, 120_000)
    expect(asked()).toBe(before)
    await show("visible")
    await advanceClock(page, 4000)
    expect(asked()).toBeGreaterThan(before)
  })

  test("announces a deleted share and leaves it on the screen", async () => {
    const { page, unshare, asked, idsIn } = await follow()
    const ids = idsIn("index.html")
    await page.evaluate(() => scrollTo(0, 900))
    const was = await top(page, ids[8] as string)
    await unshare()
    const banner = page.locator(".gone", { hasText: "This share was taken back." })
    await advanceUntil(page, async () => (await banner.count()) > 0)
    await banner.waitFor()
    expect(Math.abs((await top(page, ids[8] as string)) - was)).toBeLessThan(1)
    expect(await page.locator(".part [id]").count()).toBe(ids.length)
    const before = asked()
    await advanceIdle(page, 200_000)
    expect(asked()).toBe(before)
  })

  test("a server error or an unreadable manifest does not count as a deleted share", async () => {
    const { page, server, again, idsIn } = await follow()
    server.fault = () => 503
    await advanceClock(page, 40_000)
    server.fault = (_, pathname) => (pathname === "/manifest.json" ? 403 : undefined)
    await again(longSession(MORE, false))
    await pollUntil(page, idsIn("index.html").at(-1) as string)
    expect(await page.locator(".gone").count()).toBe(0)
  })

  test("does not poll for a finished session or from the disk", async () => {
    const over = await shareToFolder(longSession(HALF_MESSAGES))
    const { url, requests } = await serveFolder(over.folder)
    const { page } = await openPage(`${url}/index.html`, { fakeClock: true })
    await advanceIdle(page, 100_000)
    expect(requests).toEqual(["GET /index.html 200", expect.stringMatching(/^GET \/page-[0-9a-f]{16}\.css 200$/)])

    const { folder } = await shareToFolder(longSession(HALF_MESSAGES, false))
    const { page: onDisk } = await openPage(`${pathToFileURL(folder)}/index.html`, { fakeClock: true })
    const asked: string[] = []
    onDisk.on("request", (request) => asked.push(request.url()))
    await advanceIdle(onDisk, 100_000)
    expect(asked).toEqual([])
    // The button shows that the script ran.
    expect(await onDisk.getByRole("button", { name: "Filter" }).count()).toBe(1)
  })
})
