import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { findChromium, launchChromium } from "../../test/support/chromium.ts"

const types: Record<string, string> = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8" }

/**
 * Load time of a share's first page in Chromium from a loopback server, from the start of the navigation to `load`:
 * milliseconds, median of five contexts with empty caches. Undefined if there is no Chromium.
 */
export async function firstPageLoad(folder: string, times = 5): Promise<number | undefined> {
  if (findChromium() === undefined) return undefined
  const server = createServer((request, response) => {
    const name = path.basename(new URL(request.url ?? "/", "http://localhost").pathname)
    readFile(path.join(folder, name)).then(
      (body) => response.writeHead(200, { "content-type": types[path.extname(name)] ?? "text/plain" }).end(body),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const browser = await launchChromium()
  try {
    const took: number[] = []
    for (let time = 0; time < times; time++) {
      const page = await browser.newPage()
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`)
      took.push(await page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart"))
      await page.close()
    }
    return took.sort((one, other) => one - other)[Math.floor(times / 2)]
  } finally {
    await browser.close()
    server.close()
    server.closeAllConnections()
  }
}
