import { expect, test } from "vitest"
import { until } from "../support/opencode-plugin.ts"
import { post } from "../support/own-server.ts"
import { freePort, type ServerProcess, serverOnCeph } from "../support/server-process.ts"

const SESSIONS = 12
const KILLS = 4

test("two replicas killed repeatedly under load lose nothing acknowledged and restore nothing removed", async () => {
  const ceph = await serverOnCeph()
  const token = await ceph.token("load")
  const urls = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const start = (index: number) => ceph.start(urls[index]!, { OPENCODE_BUCKET_PUBLIC: "true" })
  const replicas: ServerProcess[] = await Promise.all([start(0), start(1)])
  let turn = 0
  /** A request to either replica; undefined if it was killed meanwhile, or is not there. */
  const ask = (path: string, init?: RequestInit) => fetch(urls[turn++ % 2] + path, init).catch(() => undefined)
  const ended = { all: false }

  const sessions = Array.from({ length: SESSIONS }, (_, n) => ({
    session: `ses_load${n}`,
    acknowledged: [] as string[],
    removed: false,
  }))
  const client = async (one: (typeof sessions)[number]) => {
    const { session } = one
    const share = await again(async () => {
      const answer = await ask(`/${token}/api/share`, post({ sessionID: session }))
      return answer?.ok ? ((await answer.json()) as { id: string; secret: string }) : undefined
    })
    const time = { created: 1, updated: 2 }
    const sync = (data: unknown[]) => ask(`/${token}/api/share/${share.id}/sync`, post({ secret: share.secret, data }))
    await again(async () =>
      (await sync([{ type: "session", data: { id: session, title: session, time } }]))?.ok ? true : undefined,
    )
    for (let n = 0; !ended.all; n++) {
      const message = `msg_${String(n).padStart(6, "0")}`
      const text = `said ${n} in ${session}`
      const answer = await sync([
        { type: "message", data: { id: message, sessionID: session, role: "user", time: { created: n } } },
        { type: "part", data: { id: `prt_${n}`, messageID: message, sessionID: session, type: "text", text } },
      ])
      if (answer?.ok) one.acknowledged.push(text)
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    if (session.endsWith("0")) {
      const answer = () => ask(`/${token}/api/share/${share.id}`, post({ secret: share.secret }, "DELETE"))
      one.removed = await again(async () => ((await answer())?.ok ? true : undefined))
    }
    return share.id
  }

  const clients = sessions.map(client)
  // On a busy machine, little is said between two kills.
  const saysLittle = () => sessions.some(({ removed, acknowledged }) => !removed && acknowledged.length <= 3)
  for (let kill = 0; kill < KILLS || (saysLittle() && kill < 10 * KILLS); kill++) {
    await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 1200))
    await replicas[kill % 2]!.end("SIGKILL")
    replicas[kill % 2] = await start(kill % 2)
  }
  ended.all = true
  const ids = await Promise.all(clients)
  await replicas[0]!.end("SIGKILL")

  for (const [index, { acknowledged, removed }] of sessions.entries()) {
    const url = `${urls[1]}/s/${ids[index]}/session.md`
    if (removed) {
      expect((await fetch(url)).status).toBe(410)
      continue
    }
    expect(acknowledged.length).toBeGreaterThan(3)
    const missing = (text: string) => acknowledged.filter((said) => !`${text}\n`.includes(`${said}\n`))
    await until(
      async () => missing(await (await fetch(url)).text()),
      (left) => left.length === 0,
      90_000,
    )
  }
  const left = await ceph.keys()
  expect(left.filter((key) => sessions.some(({ removed }, index) => removed && key.includes(ids[index]!)))).toEqual([])
})

/** Does something until it gives something. */
async function again<T>(work: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const done = await work()
    if (done !== undefined) return done
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
