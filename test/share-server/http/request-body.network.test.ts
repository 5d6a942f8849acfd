import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { fairSemaphore } from "../../../src/share-server/http/fair-semaphore.ts"
import { BYTES_PER_VALUE, JsonBounds, MAX_DEPTH } from "../../../src/share-server/http/json-bounds.ts"
import { readSyncBody, SECRET_HEADER } from "../../../src/share-server/http/request-body.ts"
import { ownServer, post, recordedItems, shareFrom } from "../../support/own-server.ts"
import { runs } from "../../support/property-runs.ts"

const LONGEST = 4_000_000
const MAX_VALUES = LONGEST / BYTES_PER_VALUE
const bytes = (text: string) => new TextEncoder().encode(text)

/** A body in chunks of this size that records how much was read. */
function inPieces(whole: Uint8Array, size: number, headers: Record<string, string> = {}) {
  const read = { bytes: 0 }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read.bytes >= whole.length) return controller.close()
        controller.enqueue(whole.slice(read.bytes, read.bytes + size))
        read.bytes += size
      },
    },
    { highWaterMark: 0 },
  )
  const init = { method: "POST", body, headers, duplex: "half" } as RequestInit
  return { read, request: new Request("http://127.0.0.1/", init) }
}

/** Counts values by walking through a parsed value. */
function counted(value: unknown, depth = 0): { values: number; depth: number } {
  if (typeof value !== "object" || value === null) return { values: 1, depth }
  const inside = Object.values(value).map((one) => counted(one, depth + 1))
  const names = Array.isArray(value) ? 0 : inside.length
  return {
    values: 1 + names + inside.reduce((sum, { values }) => sum + values, 0),
    depth: Math.max(depth + 1, ...inside.map(({ depth }) => depth)),
  }
}

describe("bounds of JSON", () => {
  test("accept any JSON within them, in chunks of any size", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 1, max: 50 }), (value, size) => {
        const bounds = new JsonBounds(LONGEST)
        const text = bytes(JSON.stringify(value))
        expect(counted(value).depth).toBeLessThan(MAX_DEPTH)
        for (let at = 0; at < text.length; at += size)
          expect(bounds.exceeded(text.slice(at, at + size))).toBeUndefined()
      }),
      { numRuns: runs(300) },
    )
  })

  const repeated = (text: string, count: number, close = "") => text.repeat(count) + close.repeat(count)
  test.each([
    ["lists", repeated("[", MAX_DEPTH, "]"), repeated("[", MAX_DEPTH + 1, "]")],
    ["objects", repeated('{"a":', MAX_DEPTH), repeated('{"a":', MAX_DEPTH + 1)],
    ["both", repeated('[{"a":', MAX_DEPTH / 2), repeated('[{"a":', MAX_DEPTH / 2 + 1)],
    ["numbers", `[${repeated("1,", MAX_VALUES - 100)}`, `[${repeated("1,", MAX_VALUES)}`],
    ["empty lists", `[${repeated("[]", MAX_VALUES / 2)}`, `[${repeated("[],", MAX_VALUES)}`],
    ["a long number", `[${"7".repeat(100)}]`, `[${"7".repeat(101)}]`],
    [
      "brackets in texts",
      JSON.stringify(`${"[{".repeat(MAX_DEPTH)}\\"`),
      `${JSON.stringify('\\"')}${"[".repeat(MAX_DEPTH + 1)}`,
    ],
  ])("%s up to the bound, and one too many", (_, good, bad) => {
    expect(new JsonBounds(LONGEST).exceeded(bytes(good))).toBeUndefined()
    expect(new JsonBounds(LONGEST).exceeded(bytes(bad))).toMatch(/^(?:more than|a number)/)
  })
})

describe("a sync's secret", () => {
  const refuse = async () => {
    throw new Error("no such share")
  }

  test("is checked before more than the beginning is read, and a refused body is kept nowhere", async () => {
    const rest = `"data":[${JSON.stringify("x".repeat(3_000_000))}]}`
    for (const [body, headers] of [
      [`{"secret":"abc",${rest}`, {}],
      [` {\n "secret" : "abc" , ${rest}`, {}],
      [`{${rest}`, { [SECRET_HEADER]: "abc" }],
    ] as [string, Record<string, string>][]) {
      const { request, read } = inPieces(bytes(body), 1_000, headers)
      let at = -1
      const given: string[] = []
      const check = async (secret: string) => {
        at = read.bytes
        given.push(secret)
        throw new Error("no such share")
      }
      await expect(readSyncBody(request, 4_000_000, check)).rejects.toThrow("no such share")
      expect(given).toEqual(["abc"])
      expect(at).toBeLessThanOrEqual(4_096)
    }
  })

  test("may be anywhere in a short body, but only in front or in a header for a long one", async () => {
    const data = (length: number) => `{"data":["${"x".repeat(length)}"],"secret":"abc"}`
    const secrets: string[] = []
    const check = async (secret: string) => void secrets.push(secret)
    await readSyncBody(inPieces(bytes(data(60_000)), 900).request, 4_000_000, check)
    expect(secrets).toEqual(["abc"])
    const { request } = inPieces(bytes(data(70_000)), 900)
    await expect(readSyncBody(request, 4_000_000, refuse)).rejects.toMatchObject({ status: 400 })
    await readSyncBody(inPieces(bytes(data(70_000)), 900, { [SECRET_HEADER]: "abc" }).request, 4_000_000, check)
    for (const none of ["{}", "[]", "7", '{"secret":7}', ""])
      await readSyncBody(inPieces(bytes(none), 3).request, 100, check).catch(() => {})
    expect(secrets).toEqual(["abc", "abc", "", "", "", ""])
  })

  test("a body over the limit is refused, whatever length it declares", async () => {
    const check = async () => {}
    const { request } = inPieces(bytes(`{"secret":"a","data":"${"x".repeat(5_000)}"}`), 100)
    await expect(readSyncBody(request, 4_000, check)).rejects.toMatchObject({ status: 413 })
  })
})

test("a body that is not JSON or not a batch is a client error, with any secret", async () => {
  const server = await ownServer()
  const { session } = recordedItems("questions")
  const { id, secret } = await shareFrom(server, session)
  const sync = async (body: string) =>
    (await server.ask(`/${server.token}/api/share/${id}/sync`, { method: "POST", body })).status
  for (const broken of ["", "{", "[", "no", "\u0000", "\ud800", '{"secret":"', "<x/>", "{'secret':1}"])
    expect([broken, await sync(broken)]).toEqual([broken, 400])
  for (const broken of [
    `{"secret":"${secret}","data":[`,
    `{"secret":"${secret}",}`,
    `{"secret":"${secret}","data":[1,]}`,
  ])
    expect([broken, await sync(broken)]).toEqual([broken, 400])
  for (const foreign of ["[]", "7", "null", '"x"', "{}", '{"secret":7}', '{"secret":"no","data":[]}'])
    expect([foreign, [400, 404].includes(await sync(foreign))]).toEqual([foreign, true])
  for (const empty of [[], {}, null, 7, "x", [null], [7], [{}], [{ type: "part" }], [[]]])
    expect(await sync(JSON.stringify({ secret, data: empty }))).toBe(200)
  expect(server.log.join()).not.toContain('"error"')
  for (const method of ["POST", "DELETE"])
    for (const path of ["", `/${id}`])
      expect([400, 404]).toContain(
        (await server.ask(`/${server.token}/api/share${path}`, { method, body: "{" })).status,
      )
  const long = await server.ask(`/${server.token}/api/share`, post({ sessionID: "ses_1", more: "x".repeat(70_000) }))
  expect(long.status).toBe(413)
  const endless = await server.ask(`/${server.token}/api/share`, post({ sessionID: `ses_${"a".repeat(1_000)}` }))
  expect(endless.status).toBe(400)
})

test("clients share the capacity fairly, and none waits for another's queue", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 4 })), { maxLength: 40 }),
      async (asked) => {
        const gate = fairSemaphore({ limit: 8, limitPerClient: 4, maxQueued: 100, timeoutMs: 5_000 })
        const inside = new Map<string, number>()
        let served = 0
        await Promise.all(
          asked.map(([who, weight]) =>
            gate(
              async () => {
                inside.set(who, (inside.get(who) ?? 0) + weight)
                expect(inside.get(who)).toBeLessThanOrEqual(4)
                expect([...inside.values()].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(8)
                await new Promise((resolve) => setImmediate(resolve))
                inside.set(who, inside.get(who)! - weight)
                served++
              },
              weight,
              who,
            ),
          ),
        )
        expect(served).toBe(asked.length)
      },
    ),
    { numRuns: runs(100) },
  )
  const gate = fairSemaphore({ limit: 1, maxQueued: 1_000, timeoutMs: 5_000 })
  const order: string[] = []
  const all = ["a", "a", "a", "a", "b", "b", "c"].map((who) => gate(async () => void order.push(who), 1, who))
  await Promise.all(all)
  expect(order.join("")).toBe("abcabaa")
})
