import { expect, test } from "vitest"
import { ShareError } from "../../src/errors.ts"
import { type ShareBackend, shareApi } from "../../src/share-api/share-api.ts"

function api(backend: Partial<ShareBackend> = {}) {
  const asked: unknown[] = []
  const app = shareApi(() => ({
    create: async (session) => {
      asked.push(["create", session])
      return { id: "id1", url: "https://x/s/id1/index.html", secret: "secret" }
    },
    sync: async (id, body) => void asked.push(["sync", id, await body()]),
    remove: async (id, secret) => void asked.push(["remove", id, secret]),
    ...backend,
  }))
  const ask = async (method: string, path: string, body?: unknown) => {
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const response = await app.request(path, { method, ...(text !== undefined && { body: text }) })
    return { status: response.status, body: await response.json().catch(() => undefined) }
  }
  return { ask, asked }
}

test.each(["/api/share", "/api/shares"])(
  "%s: serves create, sync and remove as OpenCode requests them",
  async (base) => {
    const { ask, asked } = api()
    expect(await ask("POST", base, { sessionID: "ses_0abcXYZ" })).toEqual({
      status: 200,
      body: { id: "id1", url: "https://x/s/id1/index.html", secret: "secret" },
    })
    const data = [{ type: "session", data: {} }]
    expect(await ask("POST", `${base}/id1/sync`, { secret: "secret", data })).toMatchObject({ status: 200 })
    expect(await ask("DELETE", `${base}/id1`, { secret: "secret" })).toMatchObject({ status: 200 })
    expect(asked).toEqual([
      ["create", "ses_0abcXYZ"],
      ["sync", "id1", { secret: "secret", data }],
      ["remove", "id1", "secret"],
    ])
  },
)

test.each([
  [{}],
  [{ sessionID: 7 }],
  [{ sessionID: "" }],
  [{ sessionID: "../../etc" }],
  [{ sessionID: "ses_a/../b" }],
  [{ sessionID: "ses_a?limit=1" }],
  [{ sessionID: "ses_\u0000" }],
  [{ sessionID: `ses_${"a".repeat(101)}` }],
  ["no JSON"],
  ["null"],
  [undefined],
])("%j creates nothing", async (body) => {
  const { ask, asked } = api()
  expect(await ask("POST", "/api/share", body)).toMatchObject({ status: 400, body: { error: expect.any(String) } })
  expect(asked).toEqual([])
})

test.each(["", "no JSON", "null", "7", '{"secret":', "\u0000"])(
  "a sync or a removal of %j is a client error",
  async (body) => {
    const { ask, asked } = api()
    expect(await ask("POST", "/api/share/id1/sync", body)).toMatchObject({ status: 400 })
    expect(await ask("DELETE", "/api/share/id1", body)).toMatchObject({ status: 400 })
    expect(asked).toEqual([])
  },
)

test("a removal without a secret is passed on without one", async () => {
  const { ask, asked } = api()
  await ask("DELETE", "/api/share/id1", {})
  expect(asked).toEqual([["remove", "id1", ""]])
})

test.each([
  ["bad-input", 400],
  ["sharing-disabled", 403],
  ["share-not-found", 404],
  ["session-not-found", 404],
  ["store-denied", 502],
  ["left-behind", 502],
] as const)("%s is answered %i, with what happened and what to do", async (code, status) => {
  const { ask } = api({
    remove: async () => {
      throw new ShareError(code, "What happened.", { hint: "What to do." })
    },
  })
  expect(await ask("DELETE", "/api/share/id1", { secret: "s" })).toEqual({
    status,
    body: { error: "What happened.", hint: "What to do." },
  })
})

test("any other path is not found", async () => {
  const { ask } = api()
  expect((await ask("GET", "/api/share")).status).toBe(404)
  expect((await ask("POST", "/api/other", {})).status).toBe(404)
})
