import { expect, test } from "vitest"
import { type DebouncedWorkerOptions, debouncedWorker } from "../../src/lib/debounced-worker.ts"

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const worker = (work: DebouncedWorkerOptions["work"], more: Partial<DebouncedWorkerOptions> = {}) =>
  debouncedWorker({ work, debounceMs: 5, firstRetryMs: 60_000, maxRetryMs: 60_000, dutyCycleDivisor: 1, ...more })

/** Publishes that end when they are told to. */
function publishing() {
  const ends: ((error?: Error) => void)[] = []
  const publish = (_: string, __?: unknown) =>
    new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
  return { ends, publish }
}

test("changes are combined into one publish", async () => {
  const { ends, publish } = publishing()
  const updates = worker(publish, { debounceMs: 10 })
  for (let change = 0; change < 5; change++) updates.schedule("a")
  expect(ends).toHaveLength(0)
  await pause(30)
  expect(ends).toHaveLength(1)
})

test("changes during a publish are published after it, never concurrently", async () => {
  const { ends, publish } = publishing()
  const updates = worker(publish)
  updates.schedule("a")
  updates.flush("a")
  updates.schedule("a")
  updates.flush("a")
  await pause(20)
  expect(ends).toHaveLength(1)
  ends[0]!()
  await pause(1)
  expect(ends).toHaveLength(2)
})

test("a key that changes constantly does not delay the others", async () => {
  const runs: number[] = []
  const updates = worker(
    async () => {
      runs.push(performance.now())
      updates.schedule("a")
      await pause(20)
    },
    { debounceMs: 1, dutyCycleDivisor: 5 },
  )
  updates.schedule("a")
  await expect.poll(() => runs.length).toBeGreaterThan(2)
  await updates.cancel("a")
  // A timer may fire a millisecond early.
  for (const [n, start] of runs.slice(1).entries()) expect(start - runs[n]!).toBeGreaterThan(20 * 5 - 5)
})

test("at most the limit of keys run at once, and a cancelled waiting key never runs", async () => {
  const { ends, publish } = publishing()
  const keys: string[] = []
  const updates = worker((key) => publish(key, keys.push(key)), { concurrency: 2 })
  for (const key of ["a", "b", "c", "d"]) updates.schedule(key)
  void updates.flush()
  await pause(1)
  expect([keys, updates.size]).toEqual([["a", "b"], 4])
  void updates.cancel("c")
  ends[0]!()
  await pause(1)
  expect([keys, updates.size]).toEqual([["a", "b", "d"], 2])
})

test("a closed worker runs what is pending, retries nothing, accepts nothing, and waits a limited time", async () => {
  const keys: string[] = []
  const failing = worker(
    async (key) => {
      keys.push(key)
      throw new Error("not now")
    },
    { debounceMs: 60_000, firstRetryMs: 1 },
  )
  failing.schedule("a")
  await failing.close(60_000)
  failing.schedule("b")
  await failing.flush()
  expect([keys, failing.size]).toEqual([["a"], 0])
  const hanging = worker(() => new Promise(() => {}))
  hanging.schedule("a")
  await hanging.close(10)
  expect(hanging.size).toBe(1)
})

test("shares do not wait for each other", async () => {
  const { ends, publish } = publishing()
  const updates = worker(publish)
  for (const share of ["a", "b"]) {
    updates.schedule(share)
    updates.flush(share)
  }
  await pause(1)
  expect(ends).toHaveLength(2)
})

test("closing resolves after all changes were published", async () => {
  let published = ""
  const updates = worker(
    async (share) => {
      await pause(5)
      published += share
    },
    { debounceMs: 60_000 },
  )
  updates.schedule("a")
  updates.schedule("b")
  await updates.flush()
  expect(published).toBe("ab")
})

test("a failed publish is retried without a further change, and does not delay closing", async () => {
  let tries = 0
  const updates = worker(
    async () => {
      if (++tries === 1) throw new Error("not now")
      return tries === 3
    },
    { debounceMs: 1, firstRetryMs: 2 },
  )
  updates.schedule("a")
  await updates.flush()
  expect(tries).toBe(1)
  await expect.poll(() => tries).toBe(3)
  await pause(20)
  expect(tries).toBe(3)
})

test("a forgotten share waits for its running publish, and is not published again", async () => {
  const { ends, publish } = publishing()
  const updates = worker(publish, { debounceMs: 1, firstRetryMs: 1 })
  updates.schedule("a")
  updates.flush("a")
  updates.schedule("a")
  let isForgotten = false
  const forgotten = updates.cancel("a").then(() => {
    isForgotten = true
  })
  await pause(5)
  expect(isForgotten).toBe(false)
  ends[0]!(new Error("cut short"))
  await forgotten
  await pause(20)
  expect(ends).toHaveLength(1)
})
