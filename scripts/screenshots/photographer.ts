import { mkdirSync } from "node:fs"
import path from "node:path"
import { chromium, type Page } from "playwright-core"
import type { Detail, Sheet } from "./sheets.ts"

export type Photographer = Awaited<ReturnType<typeof photographer>>

/** Opens pages in a Chromium that reaches no other machine, and writes pictures of them into a folder. */
export async function photographer(executablePath: string, out: string) {
  mkdirSync(out, { recursive: true })
  const args = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",
  ]
  const browser = await chromium.launch({ executablePath, args })
  let taken = 0
  const save = (page: Page, name: string, clip?: { x: number; y: number; width: number; height: number }) => {
    taken++
    return page.screenshot({ path: path.join(out, `${name}.png`), ...(clip && { clip, fullPage: true }) })
  }

  async function opened<T>(url: string, sheet: Sheet, use: (page: Page) => Promise<T>): Promise<T> {
    const { width = 1280, dark, view, split, print } = sheet
    const context = await browser.newContext({
      viewport: { width, height: 800 },
      colorScheme: dark ? "dark" : "light",
      reducedMotion: "reduce",
    })
    try {
      const page = await context.newPage()
      await page.goto(view ? `${url}?view=${view}` : url)
      if (split) await page.getByRole("button", { name: "Side by side" }).click()
      if (print) await page.emulateMedia({ media: "print" })
      return await use(page)
    } finally {
      await context.close()
    }
  }

  return {
    /** Writes NAME.png: what is seen of a page first, or all of it. */
    page: (name: string, url: string, sheet: Sheet): Promise<void> =>
      opened(url, sheet, async (page) => {
        if (!sheet.full) return void (await save(page, name))
        const { width, height } = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement
          return { width: scrollWidth, height: scrollHeight }
        })
        await save(page, name, { x: 0, y: 0, width, height: Math.min(height, sheet.full) })
      }),

    /** Writes NAME.png: a thing on the first of some pages that has it, with a little around it. None, if none has it. */
    async detail(name: string, urls: string[], detail: Detail): Promise<void> {
      for (const url of urls) {
        const found = await opened(url, detail, async (page) => {
          const element = page.locator(detail.selector).first()
          if ((await element.count()) === 0) return false
          await element.evaluate((shown) => {
            for (let at: Element | null = shown; at; at = at.parentElement)
              if (at instanceof HTMLDetailsElement) at.open = true
            for (const folded of shown.querySelectorAll("details")) folded.open = true
          })
          const box = await element.boundingBox()
          if (!box || box.height === 0) return false
          const [x, y] = [Math.max(0, box.x - 16), Math.max(0, box.y - 16)]
          const width = Math.min((detail.width ?? 1280) - x, box.width + 32)
          await save(page, name, { x, y, width, height: Math.min(box.height + 32, 1600) })
          return true
        })
        if (found) return
      }
    },

    taken: () => taken,
    close: () => browser.close(),
  }
}
