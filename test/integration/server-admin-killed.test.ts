import { expect, test } from "vitest"
import { until } from "../support/opencode-plugin.ts"
import { post } from "../support/own-server.ts"
import { freePort, serverOnCeph } from "../support/server-process.ts"

const SHARES = 24

test("an instance killed while it deletes a leaver's shares has closed all of them, and the others complete it", async () => {
  const ceph = await serverOnCeph()
  const laptop = await ceph.token("laptop", "dana@corp.example")
  const other = await ceph.token("eve", "eve@corp.example")
  const made = await ceph.home.run(["token", "create", "offboarding", "--admin"], { env: ceph.env })
  const admin = made.stdout.trim()
  const urls = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`] as const
  const start = (url: string) =>
    ceph.start(url, { OPENCODE_BUCKET_PUBLIC: "true", OPENCODE_BUCKET_PUBLISH_AT_ONCE: "4" })
  const [acting] = await Promise.all(urls.map(start))

  const share = async (token: string, session: string) => {
    const answer = await fetch(`${urls[0]}/${token}/api/share`, post({ sessionID: session }))
    const { id, secret } = (await answer.json()) as { id: string; secret: string }
    const data = [{ type: "session", data: { id: session, title: session, time: { created: 1, updated: 2 } } }]
    await fetch(`${urls[0]}/${token}/api/share/${id}/sync`, post({ secret, data }))
    return id
  }
  const sessions = Array.from({ length: SHARES }, (_, n) => `ses_${n}`)
  const ids = await Promise.all(sessions.map((session) => share(laptop, session)))
  const kept = await share(other, "ses_kept")
  const status = async (id: string, url: string = urls[1]) => (await fetch(`${url}/s/${id}/session.md`)).status
  for (const id of [...ids, kept])
    await until(
      () => status(id),
      (code) => code === 200,
      120_000,
    )

  const leave = (url: string) =>
    fetch(`${url}/api/admin/leavers`, {
      ...post({ email: "dana@corp.example" }),
      headers: { authorization: `Bearer ${admin}` },
    })
  const interrupted = leave(urls[0]).catch(() => undefined)
  // All of them are closed; the first ones are being deleted.
  const pages = async () => (await ceph.keys()).filter((key) => key.endsWith("/index.html")).length
  await until(pages, (count) => count <= SHARES, 60_000)
  await acting!.end("SIGKILL")
  await interrupted
  const tombstones = (await ceph.keys()).filter((key) => key.startsWith("gone/"))
  expect(tombstones.length).toBe(SHARES)

  const { removed } = (await (await leave(urls[1])).json()) as { removed: number }
  expect(removed).toBeLessThanOrEqual(SHARES)
  // The sweep of the next start deletes what was closed by the instance that was killed.
  await start(urls[0])
  await until(
    async () => (await ceph.keys()).filter((key) => !key.startsWith("gone/") && ids.some((id) => key.includes(id))),
    (left) => left.length === 0,
    60_000,
  )
  for (const url of urls) for (const id of ids) expect(await status(id, url)).toBe(410)
  for (const url of urls) expect(await status(kept, url)).toBe(200)
  expect((await fetch(`${urls[0]}/${laptop}/api/share`, post({ sessionID: "ses_0" }))).status).toBe(401)
})
