// Stands in for OpenCode: loads the built plugin, shares a session of MESSAGES through it, and continues the session.
// Prints the cost to this process as JSON. Messages are prepared in advance, so that only the plugin is measured.
//
//    node scripts/bench/plugin-host.ts MESSAGES UPDATES
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { generateSession } from "../generate-session.ts"

const [messages = 1_000, updates = 5] = process.argv.slice(2).map(Number)
const session = generateSession({ messages: messages + updates })
const { id } = session.info as { id: string }
const info = Buffer.from(JSON.stringify(session.info))
const parts: Buffer[] = []
const ids: string[] = []
for (const message of session.messages()) {
  parts.push(Buffer.from(JSON.stringify(message)))
  ids.push((message as { info: { id: string } }).info.id)
}

/** Current number of messages in the session. */
let length = messages
/** A page of messages as OpenCode returns it: the newest before the cursor, oldest first. */
function page(limit: number, before: string | undefined) {
  const end = before === undefined ? length : Number(before)
  const start = Math.max(0, end - limit)
  const pieces = parts.slice(start, end).flatMap((part, at) => (at === 0 ? [part] : [Buffer.from(","), part]))
  const headers: Record<string, string> = start > 0 ? { "x-next-cursor": String(start) } : {}
  return { data: new Blob([Buffer.concat([Buffer.from("["), ...pieces, Buffer.from("]")])]).stream(), headers }
}

const given = (data: ReadableStream, headers: Record<string, string> = {}) => ({
  data,
  response: new Response(null, { headers }),
})
const client = {
  session: {
    get: async () => given(new Blob([info]).stream()),
    async messages({ query = {} }: { query?: Record<string, string> }) {
      const { data, headers } = page(Number(query["limit"]), query["before"])
      return given(data, headers)
    },
    children: async () => given(new Blob(["[]"]).stream()),
  },
  tui: { showToast: async () => {} },
  app: { log: async () => {} },
}

const began = performance.now()
const { default: plugin } = await import(new URL("../../dist/plugin.js", import.meta.url).href)
const hooks = await plugin.server({ client, directory: process.cwd() })
const config: { enterprise?: { url?: string } } = { enterprise: { url: DEAD_ENDPOINT_URL } }
await hooks.config(config)
const start = performance.now() - began

const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

/** Runs `work`; returns its duration and the longest block of the event loop, in milliseconds. */
async function measured(work: () => Promise<unknown>) {
  await pause(200)
  delay.reset()
  const before = performance.now()
  await work()
  const took = performance.now() - before
  await pause(20)
  return { took, held: delay.max / 1e6 }
}

const api = `${config.enterprise?.url}/api/share`
const post = async (path: string, body: object) => {
  const response = await fetch(api + path, { method: "POST", body: JSON.stringify(body) })
  if (!response.ok) throw new Error(await response.text())
  return response.json() as Promise<{ id: string; secret: string }>
}
let shared = { id: "", secret: "" }
const first = await measured(async () => {
  shared = await post("", { sessionID: id })
})
await post(`/${shared.id}/sync`, { secret: shared.secret, data: [] })
const later: Awaited<ReturnType<typeof measured>>[] = []
for (let update = 0; update < updates; update++) {
  const info = { id: ids[length++], sessionID: id }
  later.push(
    await measured(async () => {
      await hooks.event({ event: { type: "message.updated", properties: { info } } })
      await hooks.event({ event: { type: "session.idle", properties: { sessionID: id } } })
      await hooks.dispose()
    }),
  )
}
console.log(JSON.stringify({ start, first, later }))
process.exit(0)
