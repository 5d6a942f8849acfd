import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import { expect, onTestFinished, test } from "vitest"
import { acquireFileLock, type LockOptions } from "../../src/share/file-lock.ts"
import { temporaryFolder } from "../support/world.ts"

const here = () => path.join(temporaryFolder(), "lock")
const heldBy = (pid: number, more: object = {}) => JSON.stringify({ pid, host: hostname(), token: "theirs", ...more })

/** Acquires the lock of a file that nobody alive holds. */
async function acquired(file: string, options: LockOptions = {}) {
  const attempt = await acquireFileLock(file, options)
  if (attempt.status === "busy") throw new Error(`Process ${attempt.holder} holds it.`)
  return attempt.lock
}

/** The number of a process that has ended. */
async function ended(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""])
  await once(child, "close")
  return child.pid!
}

/** A process that does nothing until the test ends. */
function idling(): number {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"])
  onTestFinished(() => void child.kill())
  return child.pid!
}

test("one of many concurrent processes holds the lock at a time, and nothing is left of it", async () => {
  const file = here()
  let inside = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      const lock = await acquired(file)
      most = Math.max(most, ++inside)
      await sleep(5)
      inside--
      await lock.release()
    }),
  )
  expect(most).toBe(1)
  expect(readdirSync(path.dirname(file))).toEqual([])
})

test("a waiting process is told the holder, and times out", async () => {
  const file = here()
  const pid = idling()
  writeFileSync(file, heldBy(pid))
  const told: number[] = []
  const waiting = acquireFileLock(file, { timeoutMs: 300, notifyAfterMs: 100, onWait: (holder) => told.push(holder) })
  expect(await waiting).toEqual({ status: "busy", holder: pid })
  expect(told).toEqual([pid])
  expect(readFileSync(file, "utf8")).toBe(heldBy(pid))
})

test.each([
  ["of a process that has ended", async () => heldBy(await ended())],
  ["of an earlier process with our own number", async () => heldBy(process.pid)],
])("a lock %s is taken over", async (_, content) => {
  const file = here()
  writeFileSync(file, await content())
  const lock = await acquired(file, { timeoutMs: 0 })
  expect(JSON.parse(readFileSync(file, "utf8")).pid).toBe(process.pid)
  expect([lock.wasAbandoned, await lock.isHeld()]).toEqual([true, true])
  await lock.release()
  expect(await lock.isHeld()).toBe(false)
  expect(existsSync(file)).toBe(false)
})

test.each(["", "{", "null", "7"])("a lock with the content %j is stale after a while", async (content) => {
  const file = here()
  writeFileSync(file, content)
  expect(await acquireFileLock(file, { timeoutMs: 100 })).toEqual({ status: "busy" })
  const old = new Date(Date.now() - 60_000)
  utimesSync(file, old, old)
  await (await acquired(file, { timeoutMs: 0 })).release()
})

test("a lock of another machine is held as long as it is refreshed", async () => {
  const file = here()
  writeFileSync(file, heldBy(1, { host: "elsewhere" }))
  const beat = setInterval(() => utimesSync(file, new Date(), new Date()), 20)
  expect(await acquireFileLock(file, { timeoutMs: 400, staleMs: 200 })).toEqual({ status: "busy", holder: 1 })
  clearInterval(beat)
  await (await acquired(file, { timeoutMs: 10_000, staleMs: 200 })).release()
})

test("a dangling symbolic link is not a lock", async () => {
  const file = here()
  symlinkSync(path.join(path.dirname(file), "nowhere"), file)
  const attempt = await acquireFileLock(file, { timeoutMs: 200 })
  if (attempt.status === "acquired") await attempt.lock.release()
})

test("no two processes hold the lock, however many holders are killed", async () => {
  const file = here()
  const log = path.join(path.dirname(file), "log")
  writeFileSync(log, "")
  const program = `
    import { appendFileSync } from "node:fs"
    import { acquireFileLock } from ${JSON.stringify(pathToFileURL(path.resolve("src/share/file-lock.ts")).href)}
    for (let i = 0; i < 12; i++) {
      const { lock } = await acquireFileLock(${JSON.stringify(file)})
      appendFileSync(${JSON.stringify(log)}, "in " + process.pid + "\\n")
      if (process.argv.at(-1) === "dies" && i === 3) process.kill(process.pid, "SIGKILL")
      await new Promise((resolve) => setTimeout(resolve, 1))
      appendFileSync(${JSON.stringify(log)}, "out " + process.pid + "\\n")
      await lock.release()
    }`
  const processes = Array.from({ length: 6 }, async (_, i) => {
    const args = ["--input-type=module", "-e", program, "--", i % 2 ? "dies" : "lives"]
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] })
    return once(child, "close")
  })
  const ends = await Promise.all(processes)
  expect(ends.map(([status, signal]) => signal ?? status)).toEqual([0, "SIGKILL", 0, "SIGKILL", 0, "SIGKILL"])
  let holder: string | undefined
  const over: string[] = []
  for (const line of readFileSync(log, "utf8").trim().split("\n")) {
    const [what, pid] = line.split(" ")
    if (what === "out") expect(pid).toBe(holder)
    else if (holder !== undefined) over.push(holder)
    holder = what === "in" ? pid : undefined
  }
  // Only the locks of those who were killed were taken over.
  expect(new Set(over).size).toBe(over.length)
  expect(over.length).toBeLessThanOrEqual(3)
})
