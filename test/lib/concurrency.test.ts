import fc from "fast-check"
import { expect, test } from "vitest"
import { keyedMutex, mapConcurrently, semaphore } from "../../src/lib/concurrency.ts"

test("work with one key runs in order, also after a failure; other keys do not wait", async () => {
  const oneAtATime = keyedMutex()
  const done: string[] = []
  const work =
    (name: string, milliseconds: number, fails = false) =>
    async () => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds))
      done.push(name)
      if (fails) throw new Error(name)
      return name
    }
  const results = await Promise.allSettled([
    oneAtATime("a", work("a1", 30, true)),
    oneAtATime("a", work("a2", 1)),
    oneAtATime("b", work("b", 5)),
    oneAtATime("a", work("a3", 1)),
  ])
  expect(done).toEqual(["b", "a1", "a2", "a3"])
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"])
})

test("results keep the order of the items, from lists and generators, within the concurrency limit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(5)),
      fc.integer({ min: 1, max: 8 }),
      fc.boolean(),
      async (waits, limit, isAsync) => {
        let [running, most] = [0, 0]
        async function* generated() {
          yield* waits.entries()
        }
        const results = await mapConcurrently(isAsync ? generated() : waits.entries(), limit, async ([at, turns]) => {
          most = Math.max(most, ++running)
          for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
          running--
          return at
        })
        expect(results).toEqual([...waits.keys()])
        expect(most).toBeLessThanOrEqual(limit)
      },
    ),
    { numRuns: 50 },
  )
})

test("after a failure, no further item is taken, running ones finish, and the generator is closed", async () => {
  const ended: number[] = []
  let isClosed = false
  async function* items() {
    try {
      for (let n = 0; ; n++) yield n
    } finally {
      isClosed = true
    }
  }
  const work = async (n: number) => {
    if (n === 2) throw new Error("two")
    await new Promise((resolve) => setTimeout(resolve, 10))
    ended.push(n)
  }
  await expect(mapConcurrently(items(), 4, work)).rejects.toThrow("two")
  expect([ended, isClosed]).toEqual([[0, 1, 3], true])
  const failing = (async function* () {
    yield 0
    throw new Error("no more")
  })()
  await expect(mapConcurrently(failing, 4, work)).rejects.toThrow("no more")
})

test("a semaphore admits up to its limit in order, also after a failure", async () => {
  const run = semaphore(2)
  const done: number[] = []
  const results = await Promise.allSettled(
    [20, 5, 1, 1].map((wait, n) =>
      run(async () => {
        await new Promise((resolve) => setTimeout(resolve, wait))
        done.push(n)
        if (n === 1) throw new Error("one")
      }),
    ),
  )
  expect(done).toEqual([1, 2, 3, 0])
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"])
})
