import { expect, test } from "vitest"
import plugin from "../../src/plugin/index.ts"
import { temporaryFolder } from "../support/world.ts"

const nothing = async () => ({ response: new Response(null, { status: 404 }) })
const client = {
  session: { get: nothing, messages: nothing, children: nothing },
  tui: { showToast: async () => {} },
  app: { log: async () => {} },
}

async function initialised(directory: string) {
  const hooks = await plugin.server({ client, directory })
  const config: { enterprise?: { url?: string }; share?: string } = { enterprise: { url: "https://opencode.example" } }
  await hooks.config(config)
  return { hooks, url: config.enterprise?.url ?? "" }
}

test("a folder keeps its address when it is initialised twice, and another folder gets its own", async () => {
  const [here, there] = [temporaryFolder(), temporaryFolder()]
  const [one, two, other] = await Promise.all([initialised(here), initialised(here), initialised(there)])
  expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/\d$/)
  expect(two.url).toBe(one.url)
  expect(other.url).not.toBe(one.url)
  expect(other.url.slice(0, -1)).toBe(one.url.slice(0, -1))
})

test("the address serves only sessions, and only with the token", async () => {
  const { url } = await initialised(temporaryFolder())
  const status = async (path: string, method = "GET") => (await fetch(url + path, { method })).status
  expect(await status("/opencode/config")).toBe(404)
  expect(await status("/opencode/session/ses_1/../../config")).toBe(404)
  expect(await status("/opencode/session/ses_1", "DELETE")).toBe(404)
  expect(await status("/api/share", "POST")).toBe(400)
})

test.each([
  {},
  { type: "session.idle" },
  { type: 7 },
  { type: "message.updated", properties: null },
  { type: "session.created", properties: { info: null } },
])("the event %j is ignored", async (event) => {
  const { hooks } = await initialised(temporaryFolder())
  await hooks.event({ event: event as never })
  await hooks.dispose()
})

test.each([
  ["disabld", "disabled"],
  ["", "disabled"],
  [null, "disabled"],
  ["disabled", "disabled"],
  ["manual", "manual"],
  ["auto", "auto"],
  [undefined, undefined],
])("OpenCode's share mode %j from any source becomes %j", async (share, expected) => {
  const said: string[] = []
  const log = async ({ body }: { body: { message: string } }) => void said.push(body.message)
  const hooks = await plugin.server({ client: { ...client, app: { log } }, directory: temporaryFolder() })
  const config = { share } as { share?: string }
  await hooks.config(config)
  expect(config.share).toBe(expected)
  const isKnown = share === undefined || share === expected
  await expect.poll(() => said.filter((text) => /unknown share mode/.test(text)).length).toBe(isKnown ? 0 : 1)
})
