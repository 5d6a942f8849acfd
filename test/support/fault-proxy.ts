import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"

/**
 * Kinds of failure: an error response in place of the server's; no response or a connection reset, before or after the
 * request has reached the server; a response that breaks off half-way or is half as long.
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
  /** Number of the first failing request, from 1. */
  from: number
  /** Whether all later requests fail too. */
  lasting: boolean
  way: Way
  /** Called when the first failing request arrives. */
  onFault?: () => void
}

const codes = { "500": "InternalError", "503": "SlowDown", "403": "AccessDenied" }

/** A proxy in front of an S3 server. Forwards requests unchanged, signatures included, until a plan says otherwise. */
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
          // An empty body cannot break off, so the head is withheld.
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
    // A client killed in the middle of a request has sent a part of it.
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
    /** Counts requests from 1 again, and fails them as planned, if at all. */
    plan(next?: FaultPlan) {
      plan = next
      count = 0
    },
    count: () => count,
    /** Resolves when the server has handled everything that reached it, and earlier clients can send nothing more. */
    async quiet() {
      server.closeAllConnections()
      await Promise.all(passing)
    },
    close,
  }
}
