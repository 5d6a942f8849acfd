import type { Page } from "playwright-core"
import { describe, expect, test } from "vitest"
import { gallery } from "../../demo/gallery/gallery.ts"
import { exports, filesOf } from "../render/draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare } from "./open-share.ts"

/** A4 at 96 pixels per inch. */
const viewport = { width: 794, height: 1123 }
const sessions = [["gallery", gallery], ...exports] as const
const demo = exports.find(([name]) => name === "demo")![1]

/** Opens a page in print media, by default without its script. */
async function openAsPrinted(session: (typeof sessions)[number][1], javaScriptEnabled = false) {
  const opened = await openShare(session, "index.html", { viewport, javaScriptEnabled })
  await opened.page.emulateMedia({ media: "print" })
  return opened
}

/** File names of a share's pages. */
const pagesOf = async (session: (typeof sessions)[number][1]): Promise<string[]> =>
  (await filesOf(session)).map(({ path }) => path).filter((path) => path.endsWith(".html"))

const read = {
  "the title": "h1",
  prompts: ".item.prompt",
  answers: ".item.said",
  "reasoning, though it is folded": ".item.reasoning .thought",
  commands: ".item.passed .terminal, .item.failed .terminal",
  diffs: ".item.changed .diff",
}
const pressed = {
  "the rail": ".rail",
  actions: ".actions",
  "links to other pages": ".pager",
  buttons: "button",
  "the skip link": ".skip",
}

/** Counts the elements of each kind, and those of them that are shown. */
const countShown = (page: Page, kinds: Record<string, string>): Promise<Record<string, [number, number]>> =>
  page.evaluate((kinds) => {
    const count = (selector: string): [number, number] => {
      const elements = [...document.querySelectorAll(selector)]
      return [
        elements.length,
        elements.filter((element) => element.checkVisibility({ visibilityProperty: true })).length,
      ]
    }
    return Object.fromEntries(Object.entries(kinds).map(([kind, selector]) => [kind, count(selector)]))
  }, kinds)

/** Elements that reach over the paper's sides or that would have to be scrolled sideways. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate((width) => {
    const said = (element: Element, how: string) =>
      `${how}: ${element.localName}.${element.getAttribute("class") ?? ""}: ${element.textContent.slice(0, 40)}`
    return [...document.body.querySelectorAll<HTMLElement>("*")].flatMap((element) => {
      if (!element.checkVisibility({ visibilityProperty: true })) return []
      const { left, right, width: own } = element.getBoundingClientRect()
      if (own <= 1) return []
      if (left < -1 || right > width + 1) return [said(element, `${Math.round(left)} to ${Math.round(right)}`)]
      const { overflowX, textOverflow } = getComputedStyle(element)
      // A row may clip its object: its opened content shows all of it.
      const hides =
        overflowX !== "visible" && textOverflow !== "ellipsis" && element.scrollWidth > element.clientWidth + 1
      return hides ? [said(element, `${element.scrollWidth} in ${element.clientWidth}`)] : []
    })
  }, viewport.width)

describe.skipIf(!executable)("in Chromium, on paper", () => {
  useBrowser()

  test.each([
    ["gallery", gallery],
    ["demo", demo],
  ])("all that can be read on the pages of %s is shown", async (_, session) => {
    const { page, open } = await openAsPrinted(session)
    const total: Record<string, number> = {}
    for (const name of await pagesOf(session)) {
      await open(name)
      for (const [kind, [all, shown]] of Object.entries(await countShown(page, read))) {
        expect([name, kind, shown]).toEqual([name, kind, all])
        total[kind] = (total[kind] ?? 0) + all
      }
    }
    expect(Object.entries(total).filter(([, count]) => count === 0)).toEqual([])
  })

  test.each([true, false])("nothing that can be pressed is shown (script: %s)", async (script) => {
    const { page } = await openAsPrinted(gallery, script)
    for (const [kind, [all, shown]] of Object.entries(await countShown(page, pressed)))
      expect({ kind, some: all > 0, shown }).toEqual({ kind, some: true, shown: 0 })
  })

  test.each(sessions)("nothing of %s is clipped sideways", async (_, session) => {
    const { page, open } = await openAsPrinted(session)
    for (const name of await pagesOf(session)) {
      await open(name)
      expect({ name, cutOff: await overflowing(page) }).toEqual({ name, cutOff: [] })
    }
  })

  test("the page prints to a PDF of several sheets", async () => {
    const { page } = await openShare(demo)
    const pdf = (await page.pdf({ format: "A4" })).toString("latin1")
    expect(pdf.match(/\/Type \/Page\b/g)!.length).toBeGreaterThan(2)
  })

  test.each(["light", "dark"] as const)("prints dark on white with a %s system", async (colorScheme) => {
    const { page } = await openShare(demo, "index.html", { viewport, colorScheme })
    await page.emulateMedia({ media: "print" })
    const [text, paper] = await page.evaluate(() => {
      const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!
      const { color, backgroundColor } = getComputedStyle(document.body)
      return [color, backgroundColor].map((colour) => {
        paint.fillStyle = "white"
        paint.fillRect(0, 0, 1, 1)
        paint.fillStyle = colour
        paint.fillRect(0, 0, 1, 1)
        const [red = 0, green = 0, blue = 0] = paint.getImageData(0, 0, 1, 1).data
        return (red + green + blue) / 3 / 255
      })
    })
    expect(text).toBeLessThan(0.3)
    expect(paper).toBeGreaterThan(0.95)
  })
})
