import { createServer, type RequestListener } from "node:http"
import type { AddressInfo, LookupFunction } from "node:net"
import fc from "fast-check"
import { afterAll, beforeAll, expect, test, vi } from "vitest"
import { fetchLimited } from "../../src/import/fetch-limited.ts"
import { runs } from "../support/property-runs.ts"

/** One of this machine's two addresses here counts as public. */
const [PUBLIC, INSIDE] = ["127.0.0.2", "127.0.0.1"]
vi.mock("../../src/import/private-address.ts", async (original) => {
  const { isPrivate, ...others } = await original<typeof import("../../src/import/private-address.ts")>()
  return { ...others, isPrivate: (address: string) => address !== "127.0.0.2" && isPrivate(address) }
})

const listen = async (address: string, listener: RequestListener, port = 0) => {
  const server = createServer(listener).listen(port, address)
  await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject))
  return server
}

/** Redirect targets of the next requests to the public server; after these it responds itself. */
let hops: string[] = []
const inside: string[] = []
let port: number
const close: (() => void)[] = []

beforeAll(async () => {
  const outer = await listen(PUBLIC, (_, answer) => {
    const next = hops.shift()
    if (next === undefined) answer.end("from outside")
    else answer.writeHead(302, { location: next }).end()
  })
  ;({ port } = outer.address() as AddressInfo)
  const inner = await listen(
    INSIDE,
    (request, answer) => {
      inside.push(request.headers.host ?? "")
      answer.end("from inside")
    },
    port,
  )
  close.push(...[outer, inner].map((server) => () => void server.close()))
})

afterAll(() => {
  for (const each of close) each()
})

const names = ["start.test", "a.test", "b.test"]

/** A name is public the first so many times that it is asked for, and inside from then on. */
function changing(publicTimes: number) {
  const asked = new Map<string, number>()
  const lookup: LookupFunction = (name, _, give) => {
    const times = (asked.get(name) ?? 0) + 1
    asked.set(name, times)
    give(null, [{ address: times > publicTimes ? INSIDE : PUBLIC, family: 4 }])
  }
  return { lookup, asked }
}

test("a name keeps its checked address over all hops", async () => {
  const path = fc.constantFrom("/", "/again", "//")
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...names), path), { maxLength: 5 }), async (drawn) => {
      hops = drawn.map(([name, path]) => `http://${name}:${port}${path}`)
      const { lookup, asked } = changing(1)
      const body = await fetchLimited(new URL(`http://start.test:${port}/x.json`), { maxBytes: 100, lookup })
      expect(Buffer.from(body).toString()).toBe("from outside")
      for (const times of asked.values()) expect(times).toBe(1)
    }),
    { numRuns: runs(50) },
  )
  expect(inside).toEqual([])
})

test("a name that resolves to a private address at a redirect is refused at every hop", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 4 }), async (before) => {
      hops = [...Array.from({ length: before }, () => "/"), `http://inside.test:${port}/`]
      const lookup: LookupFunction = (name, _, give) =>
        give(null, [{ address: name === "inside.test" ? INSIDE : PUBLIC, family: 4 }])
      await expect(
        fetchLimited(new URL(`http://start.test:${port}/x.json`), { maxBytes: 100, lookup }),
      ).rejects.toMatchObject({ code: "store-denied", message: expect.stringContaining("inside.test") })
    }),
    { numRuns: runs(20) },
  )
  expect(inside).toEqual([])
})

test("redirects end after five, also between servers", async () => {
  hops = Array.from({ length: 20 }, (_, at) => `http://${names[at % 3]}:${port}/${at}`)
  await expect(
    fetchLimited(new URL(`http://start.test:${port}/x.json`), { maxBytes: 100, lookup: changing(1).lookup }),
  ).rejects.toMatchObject({ message: expect.stringContaining("redirects again and again") })
  expect(hops).toHaveLength(14)
  hops = []
})
