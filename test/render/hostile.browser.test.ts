import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findChromium, launchChromium } from "../support/chromium.ts"
import { poke, watch } from "../support/poke.ts"
import { serveFiles } from "../support/static-server.ts"
import { draw, type Exported, exports, filesOf } from "./draw.ts"
import { active, swallowing } from "./hostile-markup.ts"
import { hostileSession, payloads } from "./hostile-session.ts"
import { texts } from "./hostile-texts.ts"
import { assistant, user } from "./items/parts-draw.ts"
import { readHtml } from "./read-html.ts"

const executable = findChromium()
// Large payloads are covered by hostile-sizes.heavy.test.ts.
const light = payloads.filter((text) => text.length < 10_000)
const short: Exported = {
  info: { id: "ses_1", title: "Short" },
  messages: [user([{ type: "text", text: "Hello" }]), assistant([{ type: "text", text: "Hello." }], { id: "msg_2" })],
}
const policy = /<meta http-equiv="Content-Security-Policy" content="[^"]*">/

/** A hostile page may keep its browser from closing it; then it is abandoned. */
const within = <T>(ending: Promise<T>) => Promise.race([ending, new Promise((resolve) => setTimeout(resolve, 15_000))])

// Browsers are slow on a busy machine.
describe.skipIf(!executable)("in Chromium", { timeout: 600_000 }, () => {
  let browser: Browser
  let asked: string[] = []
  // All hosts resolve to this server, which records requests.
  const foreign = createServer(({ headers, url }, response) => {
    if (headers.host?.endsWith("foreign.example")) asked.push(`asked: ${headers.host}${url}`)
    response.end()
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve))
    browser = await launchChromium(`127.0.0.1:${(foreign.address() as AddressInfo).port}`)
  })
  afterAll(async () => {
    await within(browser?.close())
    foreign.closeAllConnections()
    foreign.close()
  })

  /** Opens pages and exercises all of their elements. Returns unwanted effects by page. */
  async function open(pages: Map<string, string | Uint8Array>, keys = true): Promise<string[]> {
    const { url } = await serveFiles(pages)
    const happened: string[] = []
    asked = happened
    const context = await browser.newContext()
    const names = [...pages.keys()].filter((each) => each.endsWith(".html"))
    /** Visits pages one after the other in one tab, and in another after one that did anything. */
    const visitNext = async () => {
      let page: Page | undefined
      let name: string | undefined
      let didAct = false
      const record = (what: string) => {
        happened.push(`${name}: ${what}`)
        didAct ||= !what.startsWith("console: ")
      }
      for (name = names.shift(); name; name = names.shift()) {
        page ??= watch(await context.newPage(), `${url}/`, record)
        // A page that never ends meets the time limit of the test.
        await page
          .goto(`${url}/${name}`)
          .then(() => poke(page!, { keys }))
          .then(
            (links) => links.map((link) => record(`leads elsewhere: ${link}`)),
            (error: Error) => record(`ended: ${error.message.split("\n")[0]}`),
          )
        if (didAct) void page.close()
        if (didAct) page = undefined
        didAct = false
      }
    }
    await Promise.all(Array.from({ length: 4 }, visitNext))
    await within(context.close())
    return happened
  }

  async function shareOf(session: Exported): Promise<Map<string, string | Uint8Array>> {
    const share = new Map<string, string | Uint8Array>([["manifest.json", '{"objects":{}}']])
    for (const file of await filesOf(session, { live: false })) share.set(file.path, await file.render())
    return share
  }

  const changed = (pages: Map<string, string | Uint8Array>, change: (html: string) => string) =>
    new Map([...pages].map(([name, body]) => [name, name.endsWith(".html") ? change(body.toString()) : body]))

  const withoutPolicy = (html: string) => {
    expect(html).toMatch(policy)
    return html.replace(policy, "")
  }

  test.each([0, 5])("the pages of a hostile session run nothing and request nothing (round %d)", async (round) => {
    expect(await open(await shareOf(hostileSession(round, light)))).toEqual([])
  })

  test("nothing runs without the policy either", async () => {
    expect(await open(changed(await shareOf(hostileSession(4, light)), withoutPolicy))).toEqual([])
  })

  // Without escaping: payloads that can share a page, and those that swallow all that follows on pages of their own.
  // Each reports its own number.
  const numbered = [...active, ...texts, ...swallowing].map((text, i) =>
    text.replaceAll("alert(1)", `alert(${i + 1})`).replaceAll("foreign.example/", `foreign.example/${i + 1}/`),
  )
  const together = numbered.slice(0, -swallowing.length)
  const alone = numbered.slice(-swallowing.length)
  async function unescaped(solo = alone): Promise<Map<string, string>> {
    const share = await draw(await filesOf(short, { live: false }))
    const plain = share.get("index.html")!
    const holding = (text: string) => plain.replace(/<main[^>]*>/, (main) => main + text)
    const pages = new Map([
      ["manifest.json", '{"objects":{}}'],
      ...[...share].filter(([name]) => name.endsWith(".css")),
    ])
    for (const [i, text] of solo.entries()) pages.set(`alone-${i}.html`, holding(text))
    for (let i = 0; i < together.length; i += 50) pages.set(`${i}.html`, holding(together.slice(i, i + 50).join("\n")))
    return pages
  }
  const forbidden = (happened: string[]) =>
    happened.filter((what) => /(?:^|: )(?:ran|asked|opened|led to): /.test(what))

  test("without escaping, the policy stops scripts, loads and navigation", async () => {
    const happened = await open(await unescaped(), false)
    expect(happened.some((problem) => /console: .*Content Security Policy/.test(problem))).toBe(true)
    expect(forbidden(happened)).toEqual([])
  })

  // Payloads that can share a page are enough to show that the other tests would fail.
  test("without both, payloads run: these tests detect it", async () => {
    const happened = forbidden(await open(changed(await unescaped([]), withoutPolicy), false))
    const kinds = (pattern: RegExp) => new Set(happened.flatMap((what) => pattern.exec(what)?.[1] ?? []))
    expect(kinds(/ran: (\d+)/).size).toBeGreaterThan(50)
    expect(kinds(/asked: foreign\.example\/(\d+)/).size).toBeGreaterThan(20)
  })

  test("the browser parses the same elements as the tests' parser", async () => {
    for (const session of [hostileSession(2), exports[0]![1]]) {
      const drawn = await draw(await filesOf(session))
      const page = await browser.newPage({ javaScriptEnabled: false })
      for (const [name, html] of drawn) {
        if (!name.endsWith(".html")) continue
        await page.setContent(html)
        const seen = await page.evaluate(() => [...document.querySelectorAll("*")].map(({ localName }) => localName))
        expect(seen).toEqual(readHtml(html).elements.map((element) => element.name))
      }
      await page.close()
    }
  })
})
