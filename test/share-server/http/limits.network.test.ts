import fc from "fast-check"
import { expect, test } from "vitest"
import { fairSemaphore } from "../../../src/share-server/http/fair-semaphore.ts"
import { rateLimiter } from "../../../src/share-server/http/rate-limiter.ts"
import { readBody } from "../../../src/share-server/http/request-body.ts"
import { jsonLogger } from "../../../src/share-server/log.ts"
import { ownServer, post, recordedItems, shareFrom } from "../../support/own-server.ts"
import { runs } from "../../support/property-runs.ts"

test("admits at most the limit, larger work alone, and everybody in the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(15), { maxLength: 30 }), async (weights) => {
      const gate = fairSemaphore({ limit: 10, maxQueued: 100, timeoutMs: 5_000 })
      const inside: number[] = []
      let served = 0
      const work = async (weight: number) => {
        inside.push(weight)
        const sum = inside.reduce((a, b) => a + b, 0)
        expect(sum <= 10 || inside.filter((one) => one > 0).length === 1).toBe(true)
        await new Promise((resolve) => setImmediate(resolve))
        inside.splice(inside.indexOf(weight), 1)
        served++
      }
      await Promise.all(weights.map((weight) => gate(() => work(weight), weight)))
      expect(served).toBe(weights.length)
    }),
    { numRuns: runs(60) },
  )
})

test("refuses who would wait too long or in too long a queue", async () => {
  const gate = fairSemaphore({ limit: 2, maxQueued: 2, timeoutMs: 20 })
  let leave = () => {}
  const first = gate(() => new Promise<void>((resolve) => (leave = resolve)))
  const heavy = gate(async () => "in", 2)
  const light = gate(async () => "in", 1)
  await expect(gate(async () => "in", 1)).rejects.toMatchObject({ code: "store-busy" })
  await expect(heavy).rejects.toMatchObject({ code: "store-busy" })
  expect(await light).toBe("in")
  leave()
  await first
  expect(await gate(async () => "in", 2)).toBe("in")
})

test("at most one minute of requests accumulates", () => {
  let time = 0
  const may = rateLimiter(3, () => time)
  const asked = () => Array.from({ length: 5 }, () => may("a"))
  expect(asked()).toEqual([true, true, true, false, false])
  expect(may("b")).toBe(true)
  time += 20_000
  expect(asked()).toEqual([true, false, false, false, false])
  time += 3_600_000
  expect(asked()).toEqual([true, true, true, false, false])
})

test("a body is read up to its limit, with or without a declared length", async () => {
  const body = (length: number) => new Request("http://x/", { method: "POST", body: new Uint8Array(length).fill(7) })
  expect(await readBody(body(100), 100)).toEqual(new Uint8Array(100).fill(7))
  expect(await readBody(new Request("http://x/"), 100)).toEqual(new Uint8Array(0))
  for (const length of [101, 150, 5_000]) expect(await readBody(body(length), 100)).toBeUndefined()
})

test("concurrent requests of one token take turns", async () => {
  const server = await ownServer()
  const made = await Promise.all(Array.from({ length: 40 }, (_, n) => shareFrom(server, `ses_${n}`)))
  expect(new Set(made.map(({ id }) => id)).size).toBe(40)
})

test("a session is stored up to its limit, and what was stored stays shared", async () => {
  const server = await ownServer({}, { maxShare: 400_000 })
  const { session, items } = recordedItems("questions")
  const { id, secret } = await shareFrom(server, session)
  const sync = (data: unknown[]) => server.ask(`/${server.token}/api/share/${id}/sync`, post({ secret, data }))
  expect((await sync(items)).status).toBe(200)
  // Random text, since repetitive text would compress to almost nothing.
  const filler = (n: number) => ({
    type: "part",
    data: { id: `prt_${n}`, messageID: "msg_z", sessionID: session, type: "text", text: `${n} `.repeat(10_000) },
  })
  const statuses: number[] = []
  for (let n = 0; n < 40; n++) statuses.push((await sync([filler(n)])).status)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(3)
  expect(statuses.at(-1)).toBe(400)
  expect(server.log.join()).toContain('"full"')
  expect(await server.publish(id)).toBe("published")
  expect((await server.ask(`/s/${id}/`)).status).toBe(200)
  expect((await server.ask(`/${server.token}/api/share/${id}`, post({ secret }, "DELETE"))).status).toBe(200)
})

test("an error that names an object does not log the id of its share", () => {
  const lines: string[] = []
  const id = "V1StGXR8_Z5jdHi6B-myT"
  for (const key of [`s/${id}/index.html`, `pending/${id}/x.json`, `published/${"a".repeat(64)}/${id}.json`, `s/${id}`])
    jsonLogger((line) => lines.push(line))("warn", "failed", { message: `The store refused s3://shares/${key}.` })
  expect(lines.length).toBe(4)
  for (const line of lines) {
    expect(line).not.toContain(id.slice(0, 12))
    expect(line).toContain("V1StGXR8…")
    JSON.parse(line)
  }
})
