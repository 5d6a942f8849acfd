import { randomBytes } from "node:crypto"
import type { AddressInfo } from "node:net"
import { createAdaptorServer } from "@hono/node-server"
import { isEqualSecret } from "../lib/hash.ts"
import { bypassProxies } from "../lib/proxies.ts"
import { processSingleton } from "./process-singleton.ts"

/** Handles the requests of one plugin instance. */
type RequestHandler = (request: Request) => Response | Promise<Response>

/** A request's path below the instance's mount point: `/api/share` of `/<token>/<name>/api/share`. */
export const mountedPath = (request: Request): string =>
  `/${new URL(request.url).pathname.split("/").slice(3).join("/")}`

/** Loopback server of this process, behind a random token, shared by all plugin instances. */
export interface Loopback {
  /** Mounts a handler and returns its base URL. Replaces an earlier handler of the same name. */
  mount(name: string, answer: RequestHandler): string
}

/** Returns the server of this process, started on first use. Rejects if no port is available. */
export const loopback = (): Promise<Loopback> => processSingleton("loopback", start)

async function start(): Promise<Loopback> {
  const token = randomBytes(24).toString("base64url")
  const mounts = new Map<string, RequestHandler>()
  let host = ""

  async function answer(request: Request): Promise<Response> {
    const [, given = "", name = ""] = new URL(request.url).pathname.split("/")
    const mounted = mounts.get(name)
    // A web page may find the port, or rebind its own host name to it; it does not know the token.
    if (request.headers.get("host") !== host || !isEqualSecret(given, token) || !mounted)
      return new Response("Not found\n", { status: 404 })
    return mounted(request)
  }

  const server = createAdaptorServer({ fetch: answer })
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject)
    server.listen(0, "127.0.0.1", resolve)
  })
  server.unref()
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  // OpenCode would send even loopback requests through `HTTP_PROXY`.
  bypassProxies("127.0.0.1", process.env)
  return {
    mount(name, answer) {
      mounts.set(name, answer)
      return `http://${host}/${token}/${name}`
    },
  }
}
