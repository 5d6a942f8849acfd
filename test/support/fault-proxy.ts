import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"

/**
 * What goes wrong with a request: an answer of its own instead of the server's; no answer at all, or a connection that is
 * reset, before the request has reached the server or after; an answer that breaks off half-way, or that is half as long.
 */
export const ways = [
  "500",
  "503",
  "403",
  "silent before",
  "silent after",
  "reset before",
  "reset after",
  "broken off",
  "half",
] as const
export type Way = (typeof ways)[number]

export interface FaultPlan {
  /** The number of the first request that fails, from 1. */
  from: number
  /** Whether all later ones fail as well. */
  lasting: boolean
  way: Way
  /** Called when the first one comes in. */
  onFault?: () => void
}

const codes = { "500": "InternalError", "503": "SlowDown", "403": "AccessDenied" }

/** A proxy in front of an S3 server that hands everything on as it is, signatures included, until a plan says otherwise. */
export async function startFaultProxy(target: string) {
  const agent = new Agent({ keepAlive: true })
  let plan: FaultPlan | undefined
  let count = 0
  const passing = new Set<Promise<void>>()

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const number = ++count
    const now = plan
    const body = Buffer.concat(await incoming.toArray())
    const fails = now && (now.lasting ? number >= now.from : number === now.from)
    if (!fails) return pass(incoming, body, outgoing)
    if (number === now.from) now.onFault?.()
    const { way } = now
    if (way === "500" || way === "503" || way === "403") {
      const xml = `<?xml version="1.0"?><Error><Code>${codes[way]}</Code><Message>on purpose</Message></Error>`
      outgoing.writeHead(Number(way), { "content-type": "application/xml" }).end(incoming.method === "HEAD" ? "" : xml)
      return
    }
    if (way === "reset before") return void incoming.socket.resetAndDestroy()
    if (way === "silent before") return
    await pass(incoming, body, outgoing, way)
  }

  function pass(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, way?: Way): Promise<void> {
    const { method, url, headers } = incoming
    const passed = new Promise<void>((resolve) => {
      const onwards = request(`${target}${url}`, { method, headers, agent, setHost: false }, async (answered) => {
        const content = Buffer.concat(await answered.toArray())
        const { statusCode = 502 } = answered
        const { "transfer-encoding": _, connection: _c, "content-length": length, ...told } = answered.headers
        const whole = { ...told, "content-length": length ?? content.length }
        const half = content.subarray(0, content.length / 2)
        if (way === "reset after") incoming.socket.resetAndDestroy()
        else if (way === "half") outgoing.writeHead(statusCode, { ...told, "content-length": half.length }).end(half)
        else if (way === "broken off") {
          // With nothing in it there is nothing to break off: the head stays away then.
          if (content.length === 0) incoming.socket.destroy()
          else outgoing.writeHead(statusCode, whole).write(half, () => incoming.socket.destroy())
        } else if (way !== "silent after") outgoing.writeHead(statusCode, whole).end(content)
        resolve()
      })
      onwards.on("error", () => resolve(void incoming.socket.destroy()))
      onwards.end(body)
    }).finally(() => passing.delete(passed))
    passing.add(passed)
    return passed
  }

  const server = createServer((incoming, outgoing) => {
    // Who is killed in the middle of a request has sent a part of it.
    answer(incoming, outgoing).catch(() => incoming.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
    agent.destroy()
  }
  onTestFinished(close)
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** From now on requests are counted from 1, and fail as planned, if at all. */
    plan(next?: FaultPlan) {
      plan = next
      count = 0
    },
    count: () => count,
    /** When the server has done all that has reached it, and nothing more can come of who has sent until now. */
    async quiet() {
      server.closeAllConnections()
      await Promise.all(passing)
    },
    close,
  }
}
