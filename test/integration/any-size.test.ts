import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import os from "node:os"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { PAGE_LIMIT } from "../../src/render/pagination/paginate.ts"
import { site } from "../../src/render/site/site.ts"
import type { SiteFile } from "../../src/render/site/site-file.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { findChromium, howToGetChromium, launchChromium } from "../support/chromium.ts"
import { visit } from "../support/visit.ts"

const executable = findChromium()
if (process.env["CI"])
  test("Chromium is installed", () => {
    expect(executable, howToGetChromium.join(" ")).toBeDefined()
  })

const start = Date.UTC(2026, 10, 1, 9)
const words = "the quick parser of a session reads what it was given and keeps the rest for later".split(" ")
const sentence = (i: number) => Array.from({ length: 12 }, (_, j) => words[(i * 7 + j * 3) % words.length]).join(" ")

/** A session of so many small messages, each made when it is asked for: a prompt, and nine steps that answer it. */
function sessionOf(messages: number) {
  const message = (i: number) => {
    const info = { id: `msg_${String(i).padStart(8, "0")}`, sessionID: "ses_1", time: { created: start + i * 1_000 } }
    const id = `prt_${String(i).padStart(8, "0")}`
    if (i % 10 === 0) return { info: { ...info, role: "user" }, parts: [{ id, type: "text", text: sentence(i) }] }
    const input =
      i % 2 ? { command: `grep ${words[i % 17]} src` } : { filePath: `/home/dev/app/src/${words[i % 17]}.ts` }
    const state = { status: "completed", input, output: sentence(i), metadata: { exit: 0 } }
    const parts = i % 10 === 9 ? [] : [{ id: `${id}_t`, type: "tool", tool: i % 2 ? "bash" : "read", state }]
    const answered = { role: "assistant", modelID: "large-1", finish: i % 10 === 9 ? "stop" : "tool-calls" }
    return { info: { ...info, ...answered }, parts: [...parts, { id, type: "text", text: sentence(i + 1) }] }
  }
  return normalizeSession({
    info: { id: "ses_1", title: `${messages} messages`, directory: "/home/dev/app", time: { created: start } },
    async *messages() {
      for (let i = 0; i < messages; i++) yield message(i)
    },
    children: [],
  })
}

interface Share {
  folder: string
  /** The paths of all files, drawn or not. */
  paths: Set<string>
  /** The pages that were drawn: the first, the last, and some between. */
  drawn: Map<string, string>
  pages: number
}

/** Draws the first page of a session, the last one, and those whose number is a power of two. */
async function share(messages: number): Promise<Share> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "opencode-bucket-"))
  const made: Share = { folder, paths: new Set(), drawn: new Map(), pages: 1 }
  const draw = async ({ path: name, render }: SiteFile) => {
    const html = Buffer.from(await render())
    made.drawn.set(name, html.toString())
    writeFileSync(path.join(folder, name), html)
  }
  let last: SiteFile | undefined
  for await (const file of site(sessionOf(messages), { id: "V1StGXR8_Z5jdHi6B-myT", version: "1.0.0" })) {
    made.paths.add(file.path)
    const number = Number(/^(\d+)\.html$/.exec(file.path)?.[1] ?? 0)
    if (number > 0) {
      made.pages++
      last = file
    }
    if (file.path.endsWith(".css")) writeFileSync(path.join(folder, file.path), await file.render())
    if (file.path === "index.html" || ((number & (number - 1)) === 0 && number > 0)) await draw(file)
  }
  if (last && !made.drawn.has(last.path)) await draw(last)
  return made
}

const elementsIn = (html: string) => html.match(/<[a-z]/g)!.length
const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1]!

describe.skipIf(!executable)("a session of any size", () => {
  let browser: Browser
  const shares = new Map<number, Share>()
  const sizes = [100, 10_000, 100_000]
  beforeAll(async () => {
    for (const size of sizes) {
      const began = performance.now()
      shares.set(size, await share(size))
      const { pages } = shares.get(size)!
      const memory = Math.round(process.memoryUsage().rss / 1e6)
      console.log(`${size} messages: ${pages} pages, ${Math.round(performance.now() - began)} ms, ${memory} MB`)
    }
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    for (const { folder } of shares.values()) rmSync(folder, { recursive: true, force: true })
  })

  test.each(sizes)("of %d messages has bounded pages that open without an error", async (size) => {
    const { folder, paths, drawn } = shares.get(size)!
    const base = `${pathToFileURL(folder)}/`
    const page = await browser.newPage()
    for (const [name, html] of drawn) {
      expect(Buffer.byteLength(html), name).toBeLessThan(PAGE_LIMIT.bytes)
      expect(elementsIn(html), name).toBeLessThan(PAGE_LIMIT.elements)
      const { problems, links } = await visit(page, `${base}${name}`, base)
      expect({ name, problems }).toEqual({ name, problems: [] })
      for (const link of links) expect(paths, `${name} leads to ${link}`).toContain(link.slice(base.length))
      const anchors = new Set([...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
      for (const [, target] of html.matchAll(/ href="#([^"]+)"/g)) expect(anchors, name).toContain(target)
    }
    await page.close()
  })

  test("has prompts numbered over all pages", () => {
    for (const html of shares.get(100_000)!.drawn.values()) {
      const prompts = [...html.matchAll(/class="item prompt[^"]*" id="msg_(\d+)"[\s\S]*?aria-label="Prompt (\d+)"/g)]
      expect(prompts.length).toBeGreaterThan(0)
      for (const [, id, number] of prompts) expect(Number(number)).toBe(Number(id) / 10 + 1)
    }
  })

  test("has a first page of the same size and weight at 100,000 messages as at 10,000", async () => {
    const first = (size: number) => shares.get(size)!.drawn.get("index.html")!
    const [some, most] = [first(10_000), first(100_000)]
    expect(Buffer.byteLength(most)).toBeLessThan(1.2 * Buffer.byteLength(some))
    expect(elementsIn(most)).toBeLessThan(1.2 * elementsIn(some))
    const context = await browser.newContext()
    const times = new Map<number, number[]>(sizes.map((size) => [size, []]))
    for (let round = 0; round < 7; round++)
      for (const size of sizes) {
        const page = await context.newPage()
        await page.goto(`${pathToFileURL(shares.get(size)!.folder)}/index.html`)
        const took = await page.evaluate(
          () => (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming).duration,
        )
        times.get(size)!.push(took)
        await page.close()
      }
    await context.close()
    const medians = sizes.map((size) => `${size}: ${Math.round(median(times.get(size)!))} ms`)
    const ratio = median(times.get(100_000)!) / median(times.get(100)!)
    console.log(`Opening the first page: ${medians.join(", ")}; 100,000 to 100: ${ratio.toFixed(2)}`)
  })
})
