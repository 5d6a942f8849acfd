import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { ResourceLimitError, workerProcess } from "../../src/share-server/workers/worker-process.ts"

const file = path.join(import.meta.dirname, "..", "..", "dist", "server-worker.js")
const batch = (text: string) => ({
  ...{ job: "clean" as const, session: "ses_1", key: Buffer.alloc(32), marks: [], rules: "test" },
  body: Buffer.from(text),
})
const item = (n: number, text: string) => ({
  type: "part",
  data: { id: `prt_${n}`, messageID: "msg_1", sessionID: "ses_1", type: "text", text },
})
const of = (items: object[]) => JSON.stringify({ secret: "s", data: items })

function processOf(heapMegabytes: number, limit: number) {
  const worker = workerProcess({ file, heapMegabytes, timeoutMs: limit })
  onTestFinished(() => worker.end())
  return worker
}

test("a job that exceeds the memory ends its worker only, and the next job gets another one", async () => {
  const worker = processOf(48, 60_000)
  const huge = of(Array.from({ length: 90_000 }, (_, n) => item(n, `password=a!${n}Z9x`)))
  await expect(worker.run(batch(huge))).rejects.toBeInstanceOf(ResourceLimitError)
  const { items } = await worker.run(batch(of([item(1, "password=hunter2-Correct"), item(2, "nothing")])))
  expect(Buffer.from(items).toString()).toContain("[redacted: password")
  expect(Buffer.from(items).toString()).not.toContain("hunter2")
})

test("a job that exceeds its time is ended, with the same error for jobs beside it", async () => {
  const worker = processOf(256, 600_000)
  const long = of([item(1, "password=a!b2c3d4 ".repeat(400_000))])
  const all = [worker.run(batch(long), 300), worker.run(batch(of([item(1, "x")])), 600_000)]
  const results = await Promise.allSettled(all)
  expect(results[0]).toMatchObject({ status: "rejected", reason: expect.any(ResourceLimitError) })
  expect((await worker.run(batch(of([item(1, "x")])))).items.length).toBeGreaterThan(10)
})

test("an error keeps its message, hint and code", async () => {
  const worker = processOf(64, 60_000)
  await expect(worker.run(batch("no JSON"))).rejects.toMatchObject({ name: "HttpError", status: 400 })
  await expect(worker.run(batch("7"))).rejects.toMatchObject({ code: "bad-input" })
  await expect(
    worker.run({
      ...{ job: "publish", id: "V1StGXR8_Z5jdHi6B-myT", version: "1", lifetimeMs: Number.POSITIVE_INFINITY },
      destination: { to: "s3://nowhere", endpoint: "http://127.0.0.1:9" },
    }),
  ).rejects.toMatchObject({ code: expect.stringMatching(/^store-/) })
}, 60_000)
