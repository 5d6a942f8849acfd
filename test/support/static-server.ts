import { createHash } from "node:crypto"
import { readFileSync, statSync } from "node:fs"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { onTestFinished } from "vitest"

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
}

export interface StaticServer {
  url: string
  /** All requests so far with their status: `GET /index.html 200`. */
  requests: string[]
  /** Returns a status to fail a request with; may be set while the server runs. */
  fault?: (method: string, pathname: string) => number | undefined
}

/** Serves files by name, with the given types or those of their extensions, until the test ends. */
export async function serveFiles(
  files: ReadonlyMap<string, string | Uint8Array>,
  typeOf: (name: string) => string = (name) => types[path.extname(name)] ?? "application/octet-stream",
): Promise<{ url: string }> {
  const server = createServer(({ url = "/", method }, response) => {
    const name = new URL(url, "http://localhost").pathname.slice(1)
    const body = files.get(name)
    if (body === undefined) return response.writeHead(404).end("not found")
    response.writeHead(200, { "content-type": typeOf(name), "cache-control": "no-cache" })
    return response.end(method === "HEAD" ? undefined : body)
  })
  return { url: await listen(server) }
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
  const served: StaticServer = { url: await listen(server), requests: [] }
  return served
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
