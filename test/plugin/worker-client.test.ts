import { writeFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { type WorkerJob, workerClient } from "../../src/plugin/worker-client.ts"
import { temporaryFolder } from "../support/world.ts"

/** A publisher process that answers as its script says: `say(n, answer)` for each `job`. */
function publisher(script: string, idle?: number) {
  const file = path.join(temporaryFolder(), "publisher.mjs")
  const head = `import { createInterface } from "node:readline"
const say = (n, answer) => console.log(JSON.stringify({ n, ...answer }))
for await (const line of createInterface({ input: process.stdin })) { const { n, ...job } = JSON.parse(line)\n`
  writeFileSync(file, `${head}${script}\n}`)
  return workerClient(file, idle)
}

const job = (id: string): WorkerJob => ({ job: "open", url: id, folder: "/" })

test("responses are matched to requests in any order", async () => {
  const { run: ask } = publisher(`setTimeout(() => say(n, { result: { url: job.url } }), job.url === "slow" ? 100 : 0)`)
  expect(await Promise.all([ask(job("slow")), ask(job("fast"))])).toEqual([{ url: "slow" }, { url: "fast" }])
})

test("a job's error keeps its code, message and hint", async () => {
  const { run: ask } = publisher(`say(n, { error: { code: "store-denied", message: "Refused.", hint: "Ask." } })`)
  await expect(ask(job("x"))).rejects.toMatchObject({ code: "store-denied", message: "Refused.", hint: "Ask." })
})

test("other output is ignored", async () => {
  const { run: ask } = publisher(
    `console.log("a warning"); console.log("null"); console.log("{}"); say(n, { result: {} })`,
  )
  expect(await ask(job("x"))).toEqual({})
})

test("the jobs of a process that ends fail, and the next job starts another process", async () => {
  const { run: ask } = publisher(
    `if (job.url === "end") process.exit(3); else say(n, { result: { pid: process.pid } })`,
  )
  const { pid } = await ask(job("x"))
  const both = await Promise.allSettled([ask(job("end")), ask(job("end"))])
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"])
  await expect(ask(job("end"))).rejects.toMatchObject({
    code: "store-failed",
    message: "The publishing process exited unexpectedly (status 3).",
  })
  expect((await ask(job("x")))["pid"]).not.toBe(pid)
})

test("an idle process ends, and the next job starts another", async () => {
  const { run: ask } = publisher(`say(n, { result: { pid: process.pid } })`, 10)
  const pid = Number((await ask(job("x")))["pid"])
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
  expect((await ask(job("x")))["pid"]).not.toBe(pid)
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
