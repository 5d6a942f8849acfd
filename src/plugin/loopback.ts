import { createHash, randomBytes, timingSafeEqual } from "node:crypto"
import type { AddressInfo } from "node:net"
import { createAdaptorServer } from "@hono/node-server"
import { bypassProxies } from "../lib/proxies.ts"
import { processSingleton } from "./process-singleton.ts"

/** What answers the requests of one instance of the plugin. */
type RequestHandler = (request: Request) => Response | Promise<Response>

/** The part of a request's path that is the instance's own: `/api/share` of `/<token>/<name>/api/share`. */
export const mountedPath = (request: Request): string =>
  `/${new URL(request.url).pathname.split("/").slice(3).join("/")}`

/** The one server of this process: on loopback, behind a random token, for all instances of the plugin. */
export interface Loopback {
  /** Answers below a path of its own from now on, and gives the address of that. Again for the same name: in its place. */
  mount(name: string, answer: RequestHandler): string
}

/** The server of this process, started when it is first asked for. Throws if no port can be had. */
export const loopback = (): Promise<Loopback> => processSingleton("loopback", start)

async function start(): Promise<Loopback> {
  const token = randomBytes(24).toString("base64url")
  const mounts = new Map<string, RequestHandler>()
  let host = ""

  async function answer(request: Request): Promise<Response> {
    const [, given = "", name = ""] = new URL(request.url).pathname.split("/")
    const mounted = mounts.get(name)
    // A page in a browser may find the port and have a name of its own point here: neither knows the token.
    if (request.headers.get("host") !== host || !isSame(given, token) || !mounted)
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
  // OpenCode would send even loopback's through `HTTP_PROXY`.
  bypassProxies("127.0.0.1", process.env)
  return {
    mount(name, answer) {
      mounts.set(name, answer)
      return `http://${host}/${token}/${name}`
    },
  }
}

const isSame = (a: string, b: string) => timingSafeEqual(sha256(a), sha256(b))
const sha256 = (text: string) => createHash("sha256").update(text).digest()
