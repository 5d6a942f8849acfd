import http from "node:http"
import { expect, test } from "vitest"
import { loopback, mountedPath } from "../../src/plugin/loopback.ts"

const home = await loopback()
const address = home.mount("1", (request) => new Response(mountedPath(request)))

function statusOf(url: string, host?: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { headers: host === undefined ? {} : { host } }, (response) => resolve(response.resume().statusCode))
      .once("error", reject)
  })
}

test("listens on loopback, and answers below its token", async () => {
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/1$/)
  expect(await (await fetch(`${address}/api/share/x`)).text()).toBe("/api/share/x")
})

test.each([
  ["no token", (url: URL) => `${url.origin}/1/api/share`],
  ["another token", (url: URL) => `${url.origin}/${"x".repeat(32)}/1/api/share`],
  ["a name that nobody has", (url: URL) => `${url.origin}${url.pathname.replace(/1$/, "2")}/api/share`],
  ["nothing", (url: URL) => url.origin],
])("%s is not found", async (_, change) => {
  expect(await statusOf(change(new URL(address)))).toBe(404)
})

test.each(["evil.example", "localhost", "127.0.0.1", "evil.example:80"])("the Host %s is not found", async (host) => {
  expect(await statusOf(`${address}/api/share`, host)).toBe(404)
})

test("a process has one server, and a name that is mounted again is replaced", async () => {
  const again = await loopback()
  expect(again).toBe(home)
  expect(again.mount("1", () => new Response("new"))).toBe(address)
  expect(await (await fetch(address)).text()).toBe("new")
})

test("requests to it bypass a proxy", () => {
  expect(process.env["NO_PROXY"]?.split(",")).toContain("127.0.0.1")
})
