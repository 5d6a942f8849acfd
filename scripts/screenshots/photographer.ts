import { mkdirSync } from "node:fs"
import path from "node:path"
import { type Browser, chromium, type Page } from "playwright-core"
import type { Setting } from "./sheets.ts"

const args = [
  ...["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  "--host-resolver-rules=MAP * ~NOTFOUND",
]

/** Opens pages in a Chromium without access to other machines, and writes screenshots into a folder. */
export async function photographer(executablePath: string, out: string) {
  mkdirSync(out, { recursive: true })
  const browser = await chromium.launch({ executablePath, args })
  let taken = 0
  const save = async (page: Page, name: string, clip?: { x: number; y: number; width: number; height: number }) => {
    taken++
    await page.screenshot({ path: path.join(out, `${name}.png`), ...(clip && { clip, fullPage: true }) })
  }
  return {
    /** Writes NAME.png: the first viewport of a page, or the page down to `full` pixels. */
    page: (name: string, url: string, setting: Setting, full?: number): Promise<void> =>
      opened(browser, setting, async (page, open) => {
        await open(url)
        if (full === undefined) return save(page, name)
        const size = await page.evaluate(() => {
          const { scrollWidth: width, scrollHeight: height } = document.documentElement
          return { width, height }
        })
        await save(page, name, { x: 0, y: 0, width: size.width, height: Math.min(size.height, full) })
      }),

    /** Writes a screenshot of each detail with a small margin, named by `nameOf`; skips details that no page has. */
    details: (nameOf: (part: string) => string, urls: string[], setting: Setting, parts: Record<string, string>) =>
      opened(browser, setting, async (page, open) => {
        const wanted = new Map(Object.entries(parts))
        for (const url of urls) {
          if (wanted.size === 0) return
          await open(url)
          for (const [part, selector] of wanted) {
            const box = await unfolded(page, selector)
            if (!box) continue
            wanted.delete(part)
            const [x, y] = [Math.max(0, box.x - 16), Math.max(0, box.y - 16)]
            const width = Math.min((setting.width ?? 1280) - x, box.width + 32)
            await save(page, nameOf(part), { x, y, width, height: Math.min(box.height + 32, 1600) })
          }
        }
      }),

    taken: () => taken,
    close: () => browser.close(),
  }
}

/** A browser context with this setting, and a function that opens a page in it. */
async function opened(
  browser: Browser,
  { width = 1280, dark, view, split, print }: Setting,
  use: (page: Page, open: (url: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const colorScheme = dark ? "dark" : "light"
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme, reducedMotion: "reduce" })
  try {
    const page = await context.newPage()
    await use(page, async (url) => {
      await page.emulateMedia({ media: print ? "print" : "screen" })
      await page.goto(view ? `${url}?view=${view}` : url)
      if (split) await page.evaluate(() => document.documentElement.setAttribute("data-split", ""))
      // Lazy images load on scrolling, which does not happen here.
      await page.evaluate(async () => {
        for (const image of document.images) image.loading = "eager"
        await Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
      })
    })
  } finally {
    await context.close()
  }
}

/** Position of the first match of a selector, after everything in and around it is unfolded. */
async function unfolded(page: Page, selector: string) {
  const element = page.locator(selector).first()
  if ((await element.count()) === 0) return undefined
  await element.evaluate((shown) => {
    for (const folded of shown.querySelectorAll("details")) folded.open = true
    for (let at: Element | null = shown; at; at = at.parentElement) if (at instanceof HTMLDetailsElement) at.open = true
  })
  const box = await element.boundingBox()
  return box && box.height > 0 ? box : undefined
}
