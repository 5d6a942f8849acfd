import { readFileSync } from "node:fs"
import { connect } from "node:net"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { post, recordedItems } from "../support/own-server.ts"
import { ownHome } from "../support/run-command.ts"
import { freePort, startServer } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

const MEGABYTE = 1_000_000

/** The built server with the heap that the documentation gives it, and two tokens: one of them is in wrong hands. */
async function attacked() {
  const home = ownHome()
  const env = { OPENCODE_BUCKET_TO: path.join(temporaryFolder(), "bucket"), HOME: home.home }
  const port = await freePort()
  const tokenOf = async (name: string) => (await home.run(["token", "create", name], { env })).stdout.trim()
  const [honest, wrong] = [await tokenOf("honest"), await tokenOf("wrong")]
  const url = `http://127.0.0.1:${port}`
  const server = await startServer({
    ...env,
    NODE_OPTIONS: "--max-old-space-size=256",
    OPENCODE_BUCKET_PUBLIC: "true",
    OPENCODE_BUCKET_PUBLIC_URL: url,
    OPENCODE_BUCKET_LISTEN: `127.0.0.1:${port}`,
  })
  const share = async (token: string, session: string) =>
    (await (await fetch(`${url}/${token}/api/share`, post({ sessionID: session }))).json()) as {
      id: string
      secret: string
    }
  const send = async (token: string, id: string, body: string) =>
    (await fetch(`${url}/${token}/api/share/${id}/sync`, { method: "POST", body })).status
  return { url, port, server, honest, wrong, share, send }
}

type Attacked = Awaited<ReturnType<typeof attacked>>

/** An honest client that syncs and reads again and again; gives how often that has worked. */
async function honestly({ url, honest, share, send }: Attacked) {
  const { session, items, info } = recordedItems("questions")
  const made = await share(honest, session)
  const counts = { synced: 0, read: 0 }
  let isOver = false
  const sync = async () => {
    for (let n = 0; !isOver; n++) {
      const text = { id: `prt_z${n}`, messageID: "msg_zz", sessionID: session, type: "text", text: `said ${n}` }
      const data = [...items, { type: "part", data: text }]
      expect(await send(honest, made.id, JSON.stringify({ secret: made.secret, data }))).toBe(200)
      counts.synced++
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const read = async () => {
    while (!isOver) {
      const page = await fetch(`${url}/s/${made.id}/`)
      expect([200, 202]).toContain(page.status)
      const html = await page.text()
      if (page.status === 200) {
        expect(html).toContain(info.title)
        counts.read++
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const all = Promise.all([sync(), read()])
  return {
    counts,
    async end() {
      isOver = true
      await all
    },
  }
}

/** Megabytes that the server and the processes that it has started hold at most, sampled until it is ended. */
function memoryOf(pid: number) {
  const statusOf = (one: number) => {
    try {
      return readFileSync(`/proc/${one}/status`, "utf8")
    } catch {
      return ""
    }
  }
  const childrenOf = (one: number) => {
    try {
      return readFileSync(`/proc/${one}/task/${one}/children`, "utf8").trim().split(" ").filter(Boolean)
    } catch {
      return []
    }
  }
  const held = () =>
    [pid, ...childrenOf(pid).map(Number)].reduce(
      (sum, one) => sum + Number(/VmRSS:\s+(\d+)/.exec(statusOf(one))?.[1] ?? 0) / 1000,
      0,
    )
  let most: number = held()
  const timer = setInterval(() => (most = Math.max(most, held())), 100)
  onTestFinished(() => clearInterval(timer))
  return () => most
}

const part = (session: string, n: number, text: string) => ({
  type: "part",
  data: { id: `prt_${n}`, messageID: "msg_1", sessionID: session, type: "text", text },
})
const filled = (unit: string, bytes: number) => unit.repeat(Math.floor(bytes / unit.length))

/** Requests of one token to its own share, with the right secret. */
const attacks: Record<string, (secret: string) => string> = {
  "numbers without end": (secret) => `{"secret":"${secret}","data":[${filled("1,", 31 * MEGABYTE)}1]}`,
  "lists in lists": (secret) =>
    `{"secret":"${secret}","data":${filled("[", 15 * MEGABYTE)}${filled("]", 15 * MEGABYTE)}}`,
  "empty lists": (secret) => `{"secret":"${secret}","data":[${filled("[],", 31 * MEGABYTE)}1]}`,
  "a number of 31 MB": (secret) => `{"secret":"${secret}","data":[${filled("7", 31 * MEGABYTE)}]}`,
  "lines of private keys": (secret) =>
    JSON.stringify({ secret, data: [part("ses_wrong", 1, filled("Private-Lines: 1\n", 6 * MEGABYTE))] }),
  "many secrets": (secret) =>
    JSON.stringify({
      secret,
      data: [
        part("ses_wrong", 2, Array.from({ length: 250_000 }, (_, n) => `password=a!${n.toString(36)}Z9`).join(" ")),
      ],
    }),
  "many parts": (secret) =>
    JSON.stringify({ secret, data: Array.from({ length: 90_000 }, (_, n) => part("ses_wrong", n, "token=x y")) }),
  "a large part": (secret) =>
    JSON.stringify({ secret, data: [part("ses_wrong", 3, filled("# A line of *text*\n\n", 24 * MEGABYTE))] }),
  "no JSON": (secret) => `{"secret":"${secret}","data":[${filled("x", 99)}`,
}

test("one abusive token stops neither the server nor other tokens, within one gigabyte", async () => {
  const server = await attacked()
  const client = await honestly(server)
  const most = memoryOf(server.server.pid)
  const { id, secret } = await server.share(server.wrong, "ses_wrong")
  for (const [name, bodyOf] of Object.entries(attacks)) {
    const body = bodyOf(secret)
    const statuses = await Promise.all([1, 2].map(() => server.send(server.wrong, id, body).catch(() => "ended")))
    for (const status of statuses)
      expect([name, status]).toEqual([name, expect.toBeOneOf([200, 400, 408, 413, 503, "ended"])])
  }
  // With a wrong secret, nothing is read but to be thrown away.
  const large = attacks["a large part"]!("not-the-secret")
  expect(await server.send(server.wrong, id, large)).toBe(404)
  const { synced, read } = client.counts
  await expect.poll(() => client.counts.synced > synced && client.counts.read > read, { timeout: 60_000 }).toBe(true)
  await client.end()
  expect(client.counts.synced).toBeGreaterThan(3)
  expect(client.counts.read).toBeGreaterThan(3)
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  console.info(`honest: ${JSON.stringify(client.counts)}; most memory: ${most().toFixed(0)} MB`)
  expect(most()).toBeLessThan(1_073)
}, 600_000)

test("any number of slow connections of one token delay nobody else", async () => {
  const server = await attacked()
  const { id } = await server.share(server.wrong, "ses_wrong")
  const sockets = Array.from({ length: 400 }, () => {
    const socket = connect(server.port, "127.0.0.1")
    socket.on("error", () => {})
    const head = `POST /${server.wrong}/api/share/${id}/sync HTTP/1.1\r\nHost: 127.0.0.1\r\n`
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n`)
    return socket
  })
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  const client = await honestly(server)
  await expect
    .poll(() => client.counts, { timeout: 120_000 })
    .toMatchObject({
      synced: expect.toSatisfy((n: number) => n > 5),
      read: expect.toSatisfy((n: number) => n > 5),
    })
  // None of them has been waited for until then.
  expect(sockets.some((socket) => !socket.destroyed)).toBe(true)
  await client.end()
}, 120_000)
