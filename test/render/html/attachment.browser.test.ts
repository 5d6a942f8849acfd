import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { pathToFileURL } from "node:url"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { SiteFile } from "../../../src/render/site/site-file.ts"
import { findChromium, launchChromium } from "../../support/chromium.ts"
import { serveFiles } from "../../support/static-server.ts"
import { temporaryFolder } from "../../support/world.ts"
import { filesOf } from "../draw.ts"
import { assistant, call, user } from "../items/parts-draw.ts"

const script = "<script>alert(1)</script><img src=x onerror=alert(1)>"
const contents: Record<string, string> = {
  html: `<!doctype html><html><body>${script}</body></html>`,
  xhtml: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>`,
  svg: `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>`,
  xml: `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#s"?><x><s:script xmlns:s="http://www.w3.org/1999/xhtml">alert(1)</s:script></x>`,
  js: "alert(1)",
  pdf: "%PDF-1.4\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF",
  multipart: `MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n${script}\n--b--`,
}
const types =
  "text/html image/svg+xml application/pdf application/xhtml+xml application/xml text/xml text/xsl application/javascript text/javascript " +
  "module/x multipart/related message/rfc822 application/x-shockwave-flash application/octet-stream text/plain text/css image/png image/jpeg " +
  "image/webp image/x-icon video/mp4 application/json text/markdown x/unknown text/html;charset=utf-16 TEXT/HTML"
const attached = [...types.split(" "), ""].flatMap((mime) =>
  Object.entries(contents).map(([name, content]) => ({
    type: "file",
    mime,
    filename: `a.${name}`,
    // Distinct content, since equal files are stored once.
    url: `data:${mime};base64,${Buffer.from(`${content}<!-- ${mime} -->`).toString("base64")}`,
  })),
)

/** Files of a share with all of these attached to prompts, answers and tool calls. */
async function stored(): Promise<SiteFile[]> {
  const half = attached.length >> 1
  const long = contents["html"]!.repeat(4_000)
  const files = await filesOf(
    {
      info: { id: "ses_1" },
      messages: [
        user(attached.slice(0, half)),
        assistant([call("x", { output: long, attachments: attached.slice(half) })], { id: "msg_2" }),
      ],
    },
    { live: false },
  )
  return files.filter((file) => !file.path.endsWith(".html"))
}

/** Names of a file of each kind of content and extension: the declared type is not stored. */
function opened(bodies: ReadonlyMap<string, Uint8Array>): string[] {
  const groups = Map.groupBy(bodies.keys(), (name) => {
    const start = Buffer.from(bodies.get(name)!.subarray(0, 40)).toString()
    return `${path.extname(name)} ${start}`
  })
  return [...groups.values()].flatMap((names) => names.slice(0, 1))
}

describe.skipIf(!findChromium())("in Chromium", { timeout: 600_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  test.each(["from a bucket", "from a folder"])("no stored file runs when it is opened directly, %s", async (where) => {
    const files = await stored()
    const bodies = new Map<string, Uint8Array>()
    for (const file of files) bodies.set(file.path, await file.render())
    const typeOf = (name: string) => files.find((file) => file.path === name)!.contentType
    expect(bodies.size).toBeGreaterThan(40)
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, "files"))
    for (const [name, body] of bodies) writeFileSync(path.join(folder, name), body)
    const base = where === "from a bucket" ? (await serveFiles(bodies, typeOf)).url : pathToFileURL(folder).href
    const page = await browser.newPage()
    const ran: string[] = []
    const downloaded = new Set<string>()
    page.on("dialog", (dialog) => {
      ran.push(page.url())
      void dialog.dismiss()
    })
    page.on("download", (download) => void downloaded.add(download.url()))
    for (const name of opened(bodies)) {
      await page.goto(`${base}/${name}`).catch(() => {})
      // Text is shown as text: no element came of it.
      const elements = await page.evaluate(() => document.querySelectorAll("script, svg, x, html html").length)
      expect({ name, elements }).toEqual({ name, elements: 0 })
    }
    expect(ran).toEqual([])
    if (where === "from a bucket")
      for (const name of opened(bodies))
        if (/\.(?:pdf|bin)$/.test(name)) expect([...downloaded]).toContain(`${base}/${name}`)
    await page.context().close()
  })

  test("the same files served under their declared types would run: this test detects it", async () => {
    const { url } = await serveFiles(new Map(Object.entries(contents)), (name) =>
      name === "svg" ? "image/svg+xml" : "text/html",
    )
    const page = await browser.newPage()
    const ran = new Set<string>()
    page.on("dialog", (dialog) => {
      ran.add(page.url().slice(url.length + 1))
      void dialog.dismiss()
    })
    for (const name of ["html", "svg"]) await page.goto(`${url}/${name}`)
    expect([...ran]).toEqual(["html", "svg"])
    await page.context().close()
  })
})

test("every stored file has a generated name and an allowed type", async () => {
  const known = /^(?:image\/(?:png|jpeg|gif|webp|avif)|text\/plain; charset=utf-8|application\/octet-stream)$/
  for (const { path: name, contentType, cacheControl } of await stored()) {
    if (!name.startsWith("files/")) continue
    expect(name).toMatch(/^files\/[0-9a-f]{32}\.(?:png|jpg|gif|webp|avif|pdf|txt|bin)$/)
    expect(contentType).toMatch(known)
    expect(cacheControl).toBe("private, max-age=300")
  }
})
