import { expect, test } from "vitest"
import { keyedMutex } from "../../src/plugin/keyed-mutex.ts"

test("work for one thing is done in order, also after a failure; other things do not wait", async () => {
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
