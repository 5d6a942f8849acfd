import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { openAsStranger } from "../../src/share/stranger.ts"

async function answering(status: number, body = ""): Promise<string> {
  const server = createServer((_, answer) => answer.writeHead(status).end(body)).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test.each([200, 401, 403, 404, 410])("an answer %i without the share's page is one of who keeps it", async (status) => {
  expect(await openAsStranger(await answering(status, "Sign in"), "an-id")).toEqual({ sees: "other", status })
})

test.each([500, 502, 503, 504])("an answer %i tells nothing of the page, and proves nothing", async (status) => {
  expect(await openAsStranger(await answering(status), "an-id")).toEqual({
    sees: "unreachable",
    reason: `it answers ${status}`,
  })
})

test("a proxy that wants a password proves nothing", async () => {
  expect(await openAsStranger(await answering(407), "an-id")).toEqual({
    sees: "unreachable",
    reason: expect.stringMatching(/./),
  })
})
