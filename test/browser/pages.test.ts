import { readdirSync } from "node:fs"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { generateSession, writeSession } from "../../scripts/generate-session.ts"
import { findChromium, howToGetChromium, launchChromium } from "../support/chromium.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { serveFolder } from "../support/static-server.ts"
import { type Visit, visit } from "../support/visit.ts"
import { temporaryFolder } from "../support/world.ts"

const executable = findChromium()
const demo = path.join(import.meta.dirname, "..", "..", "demo", "session.json")
const fixtures = ["all-tools", "apply-patch", "errors-and-compaction", "questions", "subagent-child"]
const sessions: [string, () => Promise<string>][] = [
  ...fixtures.map((name): [string, () => Promise<string>] => [name, async () => fixture(name)]),
  ["the demo, with a subagent", async () => demo],
  ["a long session", generated],
]

async function generated(): Promise<string> {
  const file = path.join(temporaryFolder(), "long.json")
  await writeSession(file, generateSession({ messages: 250 }))
  return file
}

if (process.env["CI"])
  test("Chromium is installed", () => {
    expect(executable, howToGetChromium.join(" ")).toBeDefined()
  })

describe.skipIf(!executable)("in Chromium", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  /** All pages reachable from the first, by name. */
  async function visitAll(base: string, options: { width: number; colorScheme: "light" | "dark" }) {
    const { width, colorScheme } = options
    const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme })
    const page = await context.newPage()
    const visits = new Map<string, Visit>()
    const waiting = [`${base}index.html`]
    for (let url = waiting.pop(); url; url = waiting.pop()) {
      if (visits.has(url)) continue
      const seen = await visit(page, url, base)
      visits.set(url, seen)
      waiting.push(...seen.links)
    }
    await context.close()
    return new Map([...visits].map(([url, seen]) => [url.slice(base.length), seen]))
  }

  describe.each(sessions)("%s", (name, session) => {
    test("every page opens, from the disk and over HTTP, in light and dark, on a phone and on a desk", async () => {
      const { run } = ownHome()
      const { stdout, stderr } = await run(["share", await session()])
      expect(stdout, stderr).toMatch(/^file:/)
      const folder = path.dirname(fileURLToPath(stdout.trim()))
      const pages = readdirSync(folder).filter((file) => file.endsWith(".html"))
      const { url } = await serveFolder(folder)

      const file = await visitAll(`${pathToFileURL(folder)}/`, { width: 360, colorScheme: "light" })
      const http = await visitAll(`${url}/`, { width: 1280, colorScheme: "dark" })
      for (const visits of [file, http]) {
        expect([...visits.keys()].sort()).toEqual(pages.sort())
        for (const [page, { problems, sideways }] of visits)
          expect({ page, problems, sideways }).toEqual({ page, problems: [], sideways: 0 })
      }
      for (const page of pages) {
        expect(file.get(page)!.brightness, `${page} in light`).toBeGreaterThan(0.7)
        expect(http.get(page)!.brightness, `${page} in dark`).toBeLessThan(0.3)
      }
      if (name === "all-tools") expect(file.get("index.html")!.pictures).toBeGreaterThan(0)
      if (session === generated) expect(pages).toContain("2.html")
      if (name.includes("subagent"))
        expect(pages.some((page) => page.startsWith("sub-"))).toBe(name !== "subagent-child")
    })
  })
})
