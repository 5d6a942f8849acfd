import type { Page } from "playwright-core"

/** Result of opening a page in a browser. */
export interface Visit {
  /** Errors, console messages, failed or external requests, broken images: should be empty. */
  problems: string[]
  /** Pages of the same share that this one links to. */
  links: string[]
  pictures: number
  /** Horizontal overflow in pixels. */
  sideways: number
  /** Brightness of the background: 0 is black, 1 is white. */
  brightness: number
}

/** Opens an address in a page, and all folds there. `base` is the URL of the share, with a trailing slash. */
export async function visit(page: Page, url: string, base: string): Promise<Visit> {
  const problems: string[] = []
  watch(page, base, problems)
  await page.goto(url, { waitUntil: "load" })
  const seen = await page.evaluate(look)
  page.removeAllListeners()
  const links = seen.links.filter((link) => link.startsWith(base) && link.endsWith(".html"))
  return { ...seen, links, problems: [...problems, ...seen.broken.map((source) => `no picture: ${source}`)] }
}

function watch(page: Page, base: string, problems: string[]): void {
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`))
  page.on("console", (message) => problems.push(`console: ${message.text()}`))
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`))
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`answered ${response.status()}: ${response.url()}`)
  })
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:"))
      problems.push(`elsewhere: ${request.url()}`)
  })
}

/** Runs in the page. */
async function look() {
  for (const details of document.querySelectorAll("details")) details.open = true
  for (const image of document.images) image.loading = "eager"
  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
  // Painted on a canvas, since colours have many notations (oklch(), color-mix(), …).
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true })!
  for (const element of [document.documentElement, document.body]) {
    paint.fillStyle = getComputedStyle(element).backgroundColor
    paint.fillRect(0, 0, 1, 1)
  }
  const [red = 0, green = 0, blue = 0, alpha = 0] = paint.getImageData(0, 0, 1, 1).data
  const { scrollWidth, clientWidth } = document.documentElement
  return {
    // The attribute as written: `href` of a link in an SVG is not a string.
    links: [...document.querySelectorAll("a[href]")].map((link) =>
      new URL(link.getAttribute("href")!, document.baseURI).href.replace(/#.*/, ""),
    ),
    pictures: document.images.length,
    broken: [...document.images].filter(({ naturalWidth }) => naturalWidth === 0).map(({ src }) => src.slice(0, 80)),
    sideways: scrollWidth - clientWidth,
    brightness: alpha === 0 ? 1 : (red + green + blue) / 3 / 255,
  }
}
