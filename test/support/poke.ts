import type { Page } from "playwright-core"

/**
 * Watches a page, and returns it: reports scripts that run, requests to other hosts, new windows, and navigations away
 * from `base`.
 */
export function watch(page: Page, base: string, record: (what: string) => void): Page {
  // A blocked frame shows the browser's own page.
  const own = ["about:blank", "about:srcdoc", "chrome-error://chromewebdata/"]
  const here = (url: string) => url.startsWith(base) || own.includes(url)
  page.on("dialog", (dialog) => {
    record(`ran: ${dialog.message()}`)
    void dialog.dismiss().catch(() => {})
  })
  page.on("popup", (other) => void (here(other.url()) || record(`opened: ${other.url()}`)))
  page.on("framenavigated", (frame) => void (here(frame.url()) || record(`led to: ${frame.url()}`)))
  page.on("download", (download) => void record(`downloaded: ${download.url()}`))
  page.on("request", (request) => {
    if (!here(request.url()) && !request.url().startsWith("data:")) record(`elsewhere: ${request.url()}`)
  })
  page.on("console", (message) => record(`console: ${message.text()}`))
  page.on("pageerror", (error) => record(`error: ${error.message}`))
  return page
}

/**
 * Does everything a reader can do with a page: selects every view, opens all folds, hovers over, focuses and presses
 * every element, presses every shortcut (unless told not to), filters. Returns the links that lead elsewhere than to
 * the web or mail, or that send a referrer.
 */
export async function poke(page: Page, { keys = true } = {}): Promise<string[]> {
  const links = await page.evaluate(pressAll)
  if (!keys) return links
  await page.keyboard.press("Escape")
  for (const key of ["j", "k", "t", "d", "s", "?", "Escape", "t", "/"]) await page.keyboard.press(key)
  await page.keyboard.insertText("<img src=x onerror=alert(1)> \ud800 __proto__ a")
  await page.keyboard.press("Enter")
  await page.locator(".filter .count:not(:empty)").waitFor()
  for (const key of ["Escape", "Tab", "Enter", "Tab", " ", "End"]) await page.keyboard.press(key)
  return links
}

/** Runs in the page. */
async function pressAll(): Promise<string[]> {
  const wrong: string[] = []
  const hrefOf = (link: Element) => link.getAttribute("href") ?? link.getAttribute("xlink:href") ?? ""
  addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a, area")
    const href = link ? hrefOf(link) : ""
    // Links to the web and to other pages would navigate, as intended.
    if (/^https?:|^mailto:|^[\w-]+\.\w+|^files\//i.test(href)) event.preventDefault()
  })
  for (const link of document.querySelectorAll("a[href], area[href]")) {
    const href = hrefOf(link)
    const isOwn = /^#|^[\w-]+\.(?:html|json|md)(?:#.*)?$|^files\/\w+\.\w+$/.test(href)
    const isSafe = /^(?:https?:\/\/[^/]|mailto:[^/])/.test(href) && /\bnoopener\b/.test(link.getAttribute("rel") ?? "")
    if (!isOwn && !isSafe) wrong.push(link.outerHTML.slice(0, 200))
  }
  const act = (element: Element, events: string[]) => {
    for (const type of events) {
      const init = { bubbles: true, cancelable: true, composed: true, key: "Enter" }
      element.dispatchEvent(/^key/.test(type) ? new KeyboardEvent(type, init) : new MouseEvent(type, init))
    }
  }
  let copied = 0
  const elements = [...document.querySelectorAll<HTMLElement>("body, body *")]
  for (const details of document.querySelectorAll("details")) details.open = true
  for (const element of elements) {
    act(element, ["pointerover", "mouseover", "mouseenter", "pointerdown", "mousedown", "contextmenu", "dblclick"])
    if (!element.matches("button, input, select, textarea, label, summary, a, area, [onclick], [tabindex], svg"))
      continue
    // Copying moves the focus; several of these buttons do the same.
    if (element.matches(".over *, .tools *") && copied++ % 10 > 0) continue
    act(element, ["keydown", "keyup", "wheel", "copy", "paste", "click"])
    element.click?.()
    element.focus?.({ preventScroll: true })
  }
  for (const dialog of document.querySelectorAll("dialog")) dialog.close?.()
  await new Promise((resolve) => setTimeout(resolve, 50))
  return wrong
}
