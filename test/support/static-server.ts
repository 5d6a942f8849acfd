import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { onTestFinished } from "vitest"

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
}

export interface StaticServer {
  url: string
  /** Every request so far with the status of its answer: `GET /index.html 200`. */
  requests: string[]
  /** Answers with a status of its own where this gives one; may be set while the server runs. */
  fault?: (method: string, pathname: string) => number | undefined
}

/** Serves a folder on loopback until the test ends, with conditional requests, as buckets do. */
export async function serveFolder(folder: string): Promise<StaticServer> {
  const server = createServer(({ method = "GET", url = "/", headers }, response) => {
    const { pathname } = new URL(url, "http://localhost")
    const answer = (status: number, fields = {}, body?: Buffer) => {
      served.requests.push(`${method} ${pathname} ${status}`)
      response.writeHead(status, fields).end(body)
    }
    const fault = served.fault?.(method, pathname)
    if (fault) return answer(fault)
    const file = path.join(folder, decodeURIComponent(pathname))
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return answer(404)
    const body = readFileSync(file)
    const etag = `"${createHash("md5").update(body).digest("hex")}"`
    if (headers["if-none-match"] === etag) return answer(304, { etag })
    const type = types[path.extname(file)] ?? "application/octet-stream"
    answer(200, { "content-type": type, "cache-control": "no-cache", etag }, body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const served: StaticServer = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: [] }
  return served
}
