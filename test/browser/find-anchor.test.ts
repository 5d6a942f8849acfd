import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { serveFolder } from "../support/static-server.ts"
import { finishedShare, idsIn, longSession, pagesOf, shareToFolder } from "./long-session.ts"
import { executable, openPage, useBrowser } from "./open-page.ts"

const firstIds = (folder: string): [string, string][] => {
  const { objects } = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"))
  return pagesOf(folder).map((page) => [page, objects[page].first])
}

describe.skipIf(!executable)("in Chromium", { timeout: 600_000 }, () => {
  useBrowser()

  test("a link to the first page with an id of another page opens that page, in the requested view", async () => {
    const folder = await finishedShare()
    const pages = pagesOf(folder)
    const { url } = await serveFolder(folder)
    const { page } = await openPage("about:blank")
    for (const name of [pages[1], pages.at(-1)] as string[]) {
      const ids = idsIn(folder, [name])
      for (const id of [ids[0], ids[ids.length >> 1], ids.at(-1)]) {
        await page.goto(`${url}/index.html?view=everything#${id}`)
        await page.waitForURL(`${url}/${name}?view=everything#${id}`)
        expect(await page.locator(`.part[data-page="${name}"] #${id}`).count()).toBe(1)
      }
    }
  })

  test("a link to a wrong page, and a later change of the hash, open the right page, too", async () => {
    const folder = await finishedShare()
    const { url } = await serveFolder(folder)
    const [there = "", elsewhere = ""] = ["3.html", "index.html"].map((name) => idsIn(folder, [name])[3])
    const { page } = await openPage(`${url}/2.html#${there}`)
    await page.waitForURL(`${url}/3.html#${there}`)
    await page.evaluate((id) => (location.hash = id), elsewhere)
    await page.waitForURL(`${url}/index.html#${elsewhere}`)
  })

  test("finds a part that is newer than the next message", async () => {
    const session = longSession(80)
    const { folder } = await shareToFolder(session)
    const [, second] = firstIds(folder)[1] as [string, string]
    const before = session.messages.findLast(({ info }) => info.id < second) as (typeof session.messages)[number]
    const late = before.parts.findLast(({ type }) => type === "text" || type === "tool")!
    late.id = `prt_${(Number.parseInt(second.slice(4, 16), 16) + 9).toString(16)}aaaaaaaaaaaaaa`
    const { folder: shared } = await shareToFolder(session)
    const { url } = await serveFolder(shared)
    const { page } = await openPage(`${url}/2.html#${late.id}`)
    await page.waitForURL(`${url}/index.html#${late.id}`)
  })

  test("finds an id of a subagent's session on the subagent's pages", async () => {
    const child = longSession(80)
    const session = { ...longSession(80), children: [{ ...child, info: { ...child.info, id: "ses_child" } }] }
    // Only a subagent that a shown call names is part of a share.
    const [message] = session.messages.filter(({ info }) => info.role === "assistant")
    message!.parts.push({
      id: "prt_task",
      type: "tool",
      tool: "task",
      callID: "call_task",
      state: {
        status: "completed",
        input: { description: "Look", prompt: "Look", subagent_type: "general" },
        output: "Done.",
        title: "Look",
        metadata: { sessionId: "ses_child" },
        time: { start: 1, end: 4e12 },
      },
    } as never)
    const { folder } = await shareToFolder(session)
    const [first, second] = readdirSync(folder)
      .filter((name) => /^sub-\w+(?:-2)?\.html$/.test(name))
      .sort((a, b) => a.length - b.length)
    const { url } = await serveFolder(folder)
    const id = idsIn(folder, [second as string])[2]
    const { page } = await openPage(`${url}/${first}#${id}`)
    await page.waitForURL(`${url}/${second}#${id}`)
  })

  test("announces that an unknown id is not in the share", async () => {
    const folder = await finishedShare()
    const server = await serveFolder(folder)
    const { page } = await openPage(`${server.url}/index.html#msg_203580001000abcdefghijklmn`)
    await page.locator(".status", { hasText: "This link's target is not in this share." }).waitFor()
    server.fault = (_, pathname) => (pathname === "/manifest.json" ? 500 : undefined)
    const { page: other } = await openPage(`${server.url}/index.html#msg_x`, { allowFailedRequests: true })
    await other.locator(".status", { hasText: "Could not look up" }).waitFor()
  })

  test("a link to a loaded page scrolls without navigating", async () => {
    const folder = await finishedShare()
    const { url } = await serveFolder(folder)
    const { page } = await openPage(`${url}/2.html`)
    await page.locator("a[rel=prev]").click()
    await page.locator('.part[data-page="index.html"]').waitFor()
    const id = idsIn(folder, ["index.html"])[2] as string
    await page.evaluate((id) => {
      Object.assign(window, { isSame: true })
      const link = Object.assign(document.createElement("a"), { href: `index.html#${id}`, textContent: "there" })
      document.querySelector("h1")!.append(link)
    }, id)
    await page.locator("h1 a", { hasText: "there" }).click()
    await page.waitForFunction((id) => Math.abs(document.getElementById(id)!.getBoundingClientRect().top) < 50, id)
    expect(await page.evaluate(() => "isSame" in window)).toBe(true)
  })

  test("page boundaries stay the same when the session grows", async () => {
    const { folder, again } = await shareToFolder(longSession(40))
    const before = firstIds(folder)
    await again(longSession(160))
    const after = firstIds(folder)
    expect(after.length).toBeGreaterThan(before.length)
    expect(after.slice(0, before.length)).toEqual(before)
    for (const [, id] of after) expect(id).toMatch(/^msg_/)
  })
})
