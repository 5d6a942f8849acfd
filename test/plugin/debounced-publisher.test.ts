import { expect, test } from "vitest"
import { debouncedPublisher } from "../../src/plugin/debounced-publisher.ts"

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Publishes that end when they are told to. */
function publishing() {
  const ends: ((error?: Error) => void)[] = []
  const publish = (_: string) =>
    new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
  return { ends, publish }
}

test("changes are gathered into one publish", async () => {
  const { ends, publish } = publishing()
  const updates = debouncedPublisher(publish, 10)
  for (let change = 0; change < 5; change++) updates.schedule("a")
  expect(ends).toHaveLength(0)
  await pause(30)
  expect(ends).toHaveLength(1)
})

test("what changes during a publish is published after it, never beside it", async () => {
  const { ends, publish } = publishing()
  const updates = debouncedPublisher(publish, 5)
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

test("a change after a quiet time is published, also where what had changed during a publish was published at once", async () => {
  const { ends, publish } = publishing()
  const updates = debouncedPublisher(publish, 5)
  updates.schedule("a")
  updates.flush("a")
  updates.schedule("a")
  for (const at of [0, 1]) {
    ends[at]!()
    await pause(1)
  }
  await pause(30)
  expect(ends).toHaveLength(2)
  updates.schedule("a")
  updates.flush("a")
  expect(ends).toHaveLength(3)
})

test("shares do not wait for each other", async () => {
  const { ends, publish } = publishing()
  const updates = debouncedPublisher(publish, 5)
  for (const share of ["a", "b"]) {
    updates.schedule(share)
    updates.flush(share)
  }
  await pause(1)
  expect(ends).toHaveLength(2)
})

test("at the end, everything that has changed is published before it is settled", async () => {
  let published = ""
  const updates = debouncedPublisher(async (share) => {
    await pause(5)
    published += share
  }, 60_000)
  updates.schedule("a")
  updates.schedule("b")
  await updates.flushAll()
  expect(published).toBe("ab")
})

test("a publish that fails is tried again without a further change, and does not keep the end waiting", async () => {
  let tries = 0
  const updates = debouncedPublisher(
    async () => {
      if (++tries < 3) throw new Error("not now")
    },
    1,
    2,
  )
  updates.schedule("a")
  await updates.flushAll()
  expect(tries).toBe(1)
  await expect.poll(() => tries).toBe(3)
  await pause(20)
  expect(tries).toBe(3)
})

test("a share that is forgotten waits for the publish that is under way, and is published no more", async () => {
  const { ends, publish } = publishing()
  const updates = debouncedPublisher(publish, 1, 1)
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
