import { mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { type Browser, chromium } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findChromium } from "../support/chromium.ts"
import { visit } from "../support/visit.ts"
import { temporaryFolder } from "../support/world.ts"
import { draw, type Exported, exports, filesOf } from "./draw.ts"
import { hostileSession, payloads } from "./hostile-session.ts"
import { readHtml } from "./read-html.ts"

const executable = findChromium()
const policy = /<meta http-equiv="Content-Security-Policy" content="[^"]*">/

describe.skipIf(!executable)("in Chromium", () => {
  let browser: Browser
  let asked: string[] = []
  // Every host that a page may name is this one, which remembers what it was asked for.
  const foreign = createServer(({ headers, url }, response) => {
    // Chromium itself asks there for newer parts of its own, whatever it is told.
    if (headers.host !== "update.googleapis.com") asked.push(`asked: ${headers.host}${url}`)
    response.end()
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => foreign.listen(0, "127.0.0.1", resolve))
    const { port } = foreign.address() as AddressInfo
    browser = await chromium.launch({
      executablePath: executable!,
      args: [
        ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        ...["--disable-component-update", "--disable-sync", `--host-resolver-rules=MAP * 127.0.0.1:${port}`],
      ],
    })
  })
  afterAll(async () => {
    await browser?.close()
    foreign.close()
  })

  /** Stores a share, each page changed by `change`, and opens all pages: what happens that should not, by page. */
  async function open(session: Exported, change: (html: string) => string = (html) => html) {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, "files"))
    const pages: string[] = []
    for (const file of await filesOf(session)) {
      const body = Buffer.from(await file.render())
      const isPage = file.path.endsWith(".html")
      if (isPage) pages.push(file.path)
      writeFileSync(path.join(folder, file.path), isPage ? change(body.toString()) : body)
    }
    const context = await browser.newContext()
    const happened: string[] = []
    asked = happened
    context.on("dialog", (dialog) => {
      happened.push(`dialog: ${dialog.message()}`)
      void dialog.dismiss()
    })
    const base = `${pathToFileURL(folder)}/`
    for (const page of pages) {
      const { problems } = await visit(context, base + page, base)
      // The pictures of a hostile session are no pictures; that they do not load is as it should be.
      happened.push(
        ...problems.filter((problem) => !problem.startsWith("no picture")).map((problem) => `${page}: ${problem}`),
      )
    }
    return { happened, context, base, pages }
  }

  test.each([1, 2, 4])("nothing happens on the pages of a hostile session (round %d)", async (round) => {
    const { happened, context } = await open(hostileSession(round))
    expect(happened).toEqual([])
    await context.close()
  })

  test("nothing happens either without the policy: nothing in the pages could run", async () => {
    const { happened, context } = await open(hostileSession(1), (html) => {
      expect(html).toMatch(policy)
      return html.replace(policy, "")
    })
    expect(happened).toEqual([])
    await context.close()
  })

  // The last first: one of the first opens a frame that takes in all that follows.
  const loose = payloads
    .toReversed()
    .filter((payload) => payload.length < 1_000 && !/<plaintext|<!--|http-equiv/.test(payload))
  const unescaped = (html: string) => html.replace(/<main[^>]*>/, (main) => main + loose.join("\n"))
  const forbidden = (happened: string[]) => happened.filter((problem) => /^(?:dialog|asked)/.test(problem))

  test("nothing runs or is loaded without escaping: the policy would stop it", async () => {
    const { happened, context } = await open(exports[0]![1], unescaped)
    expect(happened.some((problem) => /console: .*Content Security Policy/.test(problem))).toBe(true)
    expect(forbidden(happened)).toEqual([])
    await context.close()
  })

  test("without either, it would: these tests see it", async () => {
    const { happened, context } = await open(exports[0]![1], (html) => unescaped(html).replace(policy, ""))
    expect(forbidden(happened)).toContainEqual("dialog: 1")
    expect(forbidden(happened)).toContainEqual(expect.stringContaining("asked: foreign.example/"))
    await context.close()
  })

  test("the browser sees the very elements that the tests' reader sees", async () => {
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
