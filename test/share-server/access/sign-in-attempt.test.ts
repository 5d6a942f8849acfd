import fc from "fast-check"
import { Hono } from "hono"
import { expect, test } from "vitest"
import { createTokenCipher } from "../../../src/share-server/access/encrypted-token.ts"
import { signInAttempts } from "../../../src/share-server/access/sign-in-attempt.ts"
import { runs } from "../../support/property-runs.ts"

const attempts = signInAttempts(createTokenCipher(["k3J8s0dLqPz5Vn7XcRt2Yw9Bm4Gh6Fa1"]))
const server = new Hono()
  .get("/login/:tab", async (context) => {
    const { state } = await attempts.begin(context, { returnTo: `/${context.req.param("tab")}`, retries: 0 })
    return context.text(state)
  })
  .get("/callback", async (context) => {
    const read = await attempts.read(context, context.req.query("state")!)
    return context.json({ returnTo: read?.returnTo, isOwn: read?.attempt !== undefined })
  })
  .get("/end", (context) => {
    attempts.clear(context)
    return context.text("")
  })

/** A browser, as far as cookies go: a request sends those of its moment, a response stores its own on arrival. */
function browser() {
  const cookies = new Map<string, string>()
  const store = (response: Response) => {
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (line.includes("Max-Age=0")) cookies.delete(name!)
      else cookies.set(name!, value!)
    }
  }
  const send = (path: string) =>
    server.request(path, { headers: { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") } })
  return { cookies, store, send }
}

test("tabs that sign in together recognise their responses, whatever the order of requests and responses", async () => {
  const orders = fc.integer({ min: 1, max: 12 }).chain((tabs) => {
    const steps = Array.from({ length: tabs }, (_, tab) => [tab, tab, tab]).flat()
    return fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length })
  })
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const { send, store, cookies } = browser()
      const inFlight = new Map<number, Response>()
      const states = new Map<number, string>()
      // A tab's first turn sends the request, its second receives the response, its third comes back from the provider.
      for (const tab of order) {
        const state = states.get(tab)
        const response = inFlight.get(tab)
        if (state !== undefined) {
          const answer = await (await send(`/callback?state=${encodeURIComponent(state)}`)).json()
          expect(answer).toEqual({ returnTo: `/${tab}`, isOwn: true })
        } else if (response) {
          store(response)
          states.set(tab, await response.text())
        } else inFlight.set(tab, await send(`/login/${tab}`))
      }
      store(await send("/end"))
      expect([...cookies]).toEqual([])
    }),
    { numRuns: runs(60) },
  )
})

test("a browser that signs in again and again keeps one cookie", async () => {
  const { send, store, cookies } = browser()
  for (let tab = 0; tab < 5; tab++) store(await send(`/login/${tab}`))
  expect(cookies.size).toBe(1)
})

test("a response is refused in another browser", async () => {
  const [one, other] = [browser(), browser()]
  const begun = await one.send("/login/1")
  one.store(begun)
  other.store(await other.send("/login/1"))
  const answer = await other.send(`/callback?state=${encodeURIComponent(await begun.text())}`)
  expect(await answer.json()).toEqual({ returnTo: "/1", isOwn: false })
})
