import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createAdaptorServer } from "@hono/node-server"
import type { Hono } from "hono"
import type { ServerHono } from "../routes/server-env.ts"

/** A listening HTTP server. */
export interface HttpServer {
  /** Listening address: `http://127.0.0.1:8080`. */
  url: string
  /** Stops accepting requests; resolves when the running ones have ended, or have been cut off after `limitMs`. */
  close(limitMs: number): Promise<void>
}

/**
 * Serves an app on an address and port. Throws what listening throws.
 * @param address `127.0.0.1:8080`
 */
export async function startHttpServer(app: ServerHono | Hono, address: string): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false }) as Server
  server.requestTimeout = 60_000
  server.headersTimeout = 15_000
  server.keepAliveTimeout = 65_000
  // Frees the bucket connection of a reader that stops receiving.
  server.timeout = 120_000
  server.maxHeadersCount = 100
  const url = await listen(server, address)
  return {
    url,
    async close(limitMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), limitMs)
      await closed
      clearTimeout(force)
    },
  }
}

async function listen(server: Server, address: string): Promise<string> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? []
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(Number(port), host.replace(/^\[|\]$/g, ""), resolve)
  })
  const bound = server.address() as AddressInfo
  return `http://${host}:${bound.port}`
}
