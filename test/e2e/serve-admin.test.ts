import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { post, recordedItems } from "../support/own-server.ts"
import { ownHome } from "../support/run-command.ts"
import { freePort, startServer } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

/** A receiver of webhooks, which are not read before they are there. */
async function receiver() {
  const taken: { type: string; data: Record<string, unknown> }[] = []
  const server = createServer(async (request, response) => {
    taken.push(JSON.parse(Buffer.concat(await request.toArray()).toString()))
    response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, taken }
}

test("two built servers: what one publishes under the policy and lists, the other ends by an admin token, and webhooks tell", async () => {
  const home = ownHome()
  const env = { OPENCODE_BUCKET_TO: path.join(temporaryFolder(), "bucket"), HOME: home.home }
  const token = async (...args: string[]) => (await home.run(["token", "create", ...args], { env })).stdout.trim()
  const laptop = await token("laptop", "--owner", "dana@corp.example")
  const admin = await token("offboarding", "--admin", "--owner", "it@corp.example")
  const hooks = await receiver()
  const start = async () => {
    const url = `http://127.0.0.1:${await freePort()}`
    const own = {
      OPENCODE_BUCKET_LISTEN: new URL(url).host,
      OPENCODE_BUCKET_PUBLIC_URL: url,
      OPENCODE_BUCKET_PUBLIC: "true",
    }
    const policy = {
      OPENCODE_BUCKET_REDACT: '{"refuse":true}',
      OPENCODE_BUCKET_PUBLISH_HOOK: '["grep","-qv","ZEPHYR"]',
      OPENCODE_BUCKET_WEBHOOK_URL: hooks.url,
      OPENCODE_BUCKET_WEBHOOK_SECRET: "q3Vb7TkW9zLm2RxN5yJc8HdF4sGp6AeU",
    }
    return startServer({ ...env, ...own, ...policy })
  }
  const [one, two] = await Promise.all([start(), start()])
  const { session, items } = recordedItems("questions")
  const made = await (await fetch(`${one.url}/${laptop}/api/share`, post({ sessionID: session }))).json()
  const { id, secret } = made as { id: string; secret: string }
  const sync = (data: unknown[]) => fetch(`${one.url}/${laptop}/api/share/${id}/sync`, post({ secret, data }))
  expect((await sync(items)).status).toBe(200)
  await expect.poll(async () => (await fetch(`${two.url}/s/${id}/`)).status).toBe(200)
  const key = {
    id: "prt_x",
    messageID: "msg_x",
    sessionID: session,
    type: "text",
    text: "ghp_1234567890abcdefghijABCDEFGHIJ123456",
  }
  expect((await sync([{ type: "part", data: key }])).status).toBe(403)

  const call = (method: string, place: string, body?: object, { url } = two) =>
    fetch(`${url}/api/admin/${place}`, {
      method,
      headers: { authorization: `Bearer ${admin}` },
      ...(body && { body: JSON.stringify(body) }),
    })
  // An instance lists at once what it published itself.
  const list = async () => (await call("GET", "shares?owner=dana@corp.example", undefined, one)).text()
  await expect.poll(list).toContain(`"id":"${id}"`)
  const left = await call("POST", "leavers", { email: "dana@corp.example" })
  expect(await left.json()).toEqual({ revoked: ["laptop"], removed: 1, undeleted: 0 })
  expect((await fetch(`${two.url}/s/${id}/`)).status).toBe(410)
  expect((await fetch(`${one.url}/${laptop}/api/share`, post({ sessionID: session }))).status).toBe(401)
  await expect
    .poll(() => hooks.taken.map(({ type, data }) => [type, data["id"], data["by"]]))
    .toEqual(
      expect.arrayContaining([
        ["share.created", id, undefined],
        ["share.updated", id, undefined],
        ["share.removed", id, "it@corp.example"],
      ]),
    )
})
