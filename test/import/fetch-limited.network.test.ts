import { createServer, type IncomingMessage, type RequestListener } from "node:http"
import type { AddressInfo, LookupFunction } from "node:net"
import { gzipSync } from "node:zlib"
import { expect, onTestFinished, test, vi } from "vitest"
import { fetchLimited } from "../../src/import/fetch-limited.ts"
import { ownProxy } from "../support/proxy.ts"

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/s/x/session.json`)
}

const text = async (url: URL, more: Partial<Parameters<typeof fetchLimited>[1]> = {}) =>
  Buffer.from(await fetchLimited(url, { maxBytes: 10_000, ...more })).toString()

test("a response is read completely, also compressed, and a given address may be private", async () => {
  expect(await text(await serve((_, answer) => answer.end("plain")))).toBe("plain")
  const zipped = await serve((_, answer) =>
    answer.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("zipped")),
  )
  expect(await text(zipped)).toBe("zipped")
})

test("a host that only the proxy can resolve is fetched through the proxy", async () => {
  const { origin, pathname } = await serve((_, answer) => answer.end("from behind"))
  const proxy = await ownProxy(["bucket.corp.test"], origin)
  vi.stubEnv("HTTP_PROXY", proxy.host)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await text(new URL(`http://bucket.corp.test${pathname}`))).toBe("from behind")
  expect(proxy.asked).toEqual([`GET http://bucket.corp.test${pathname}`])
})

test("at most the limit is read, before and after decompression, with or without a length", async () => {
  const endless = await serve((_, answer) => {
    const more = () => answer.write(Buffer.alloc(1000), () => setImmediate(more))
    more()
  })
  await expect(text(endless)).rejects.toMatchObject({
    code: "bad-input",
    message: expect.stringContaining("larger than"),
  })
  const bomb = await serve((_, answer) =>
    answer.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(5_000_000))),
  )
  await expect(text(bomb)).rejects.toMatchObject({ code: "bad-input" })
})

test.each([
  [404, "share-not-found"],
  [410, "share-not-found"],
  [401, "store-denied"],
  [403, "store-denied"],
  [500, "store-denied"],
])("an answer of %d is %s", async (status, code) => {
  await expect(text(await serve((_, answer) => answer.writeHead(status).end("no")))).rejects.toMatchObject({ code })
})

test("a truncated or missing response is an error", async () => {
  const torn = await serve((_, answer) => {
    answer.writeHead(200, { "content-length": "100" }).write("half")
    setTimeout(() => answer.destroy(), 20)
  })
  await expect(text(torn)).rejects.toMatchObject({ code: "store-unreachable" })
  await expect(text(await serve(() => {}), { timeoutMs: 50 })).rejects.toMatchObject({ code: "store-unreachable" })
})

/** Names of a network of the test's own; `public` is this machine by an address that is asked for under that name only. */
const names =
  (table: Record<string, string>): LookupFunction =>
  (name, _, give) =>
    give(null, [{ address: table[name] ?? "0.0.0.0", family: 4 }])

test("a redirect to a private address is refused: by number, by name, and after DNS rebinding", async () => {
  let asked = 0
  const inner = await serve((_, answer) => answer.end(`secret ${++asked}`))
  const port = inner.port
  const redirectTo = (to: string) => serve((_, answer) => answer.writeHead(302, { location: to }).end())
  const from = async (to: string, host = "outside.example") => {
    const url = await redirectTo(to)
    url.hostname = host
    return url
  }
  const lookup = names({ "outside.example": "127.0.0.1", "inside.example": "127.0.0.1" })
  for (const to of [
    `http://127.0.0.1:${port}/`,
    `http://[::1]:${port}/`,
    `http://inside.example:${port}/`,
    `http://2130706433:${port}/`,
  ])
    await expect(text(await from(to), { lookup }), to).rejects.toMatchObject({
      code: "store-denied",
      hint: expect.stringContaining("--allow-private"),
    })
  expect(asked).toBe(0)
  expect(await text(await from(`http://inside.example:${port}/`), { lookup, allowPrivate: true })).toBe("secret 1")
})

test("a redirect to another port of the given host counts as another server", async () => {
  const inner = await serve((_, answer) => answer.end("secret"))
  const to = (host: string) => {
    const url = new URL(inner)
    url.hostname = host
    return url.href
  }
  for (const host of ["127.0.0.1", "localhost"]) {
    const url = await serve((_, answer) => answer.writeHead(302, { location: to(host) }).end())
    url.hostname = host
    await expect(text(url), host).rejects.toMatchObject({ code: "store-denied" })
  }
})

test("a redirect on the given server uses the first resolved address, even if the name changed", async () => {
  const other = await serve((_, answer) => answer.end("other"))
  let times = 0
  const lookup: LookupFunction = (_, __, give) =>
    give(null, [{ address: times++ === 0 ? "127.0.0.1" : "127.0.0.2", family: 4 }])
  const url = await serve((request, answer) =>
    request.url === "/s/x/session.json" ? answer.writeHead(302, { location: "/there" }).end() : answer.end("there"),
  )
  url.hostname = "named.test"
  expect(await text(url, { lookup })).toBe("there")
  expect([times, other.port === url.port]).toEqual([1, false])
})

test("one private address among public ones is enough to refuse", async () => {
  const { port } = await serve((_, answer) => answer.end("secret"))
  const url = await serve((_, answer) => answer.writeHead(302, { location: `http://both.test:${port}/` }).end())
  const lookup: LookupFunction = (_, __, give) =>
    give(null, [
      { address: "203.0.114.7", family: 4 },
      { address: "::ffff:127.0.0.1", family: 6 },
    ])
  await expect(text(url, { lookup })).rejects.toMatchObject({ code: "store-denied" })
})

test("behind a proxy, a redirect is checked locally and followed directly", async () => {
  const inner = await serve((_, answer) => answer.end("secret"))
  const start = await serve((_, answer) => answer.writeHead(302, { location: inner.href }).end())
  const proxy = await ownProxy(["bucket.corp.test", "127.0.0.1"], start.origin)
  vi.stubEnv("HTTP_PROXY", proxy.host)
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(text(new URL("http://bucket.corp.test/s/x/session.json"))).rejects.toMatchObject({
    code: "store-denied",
    message: expect.stringContaining("private network"),
  })
  expect(proxy.asked).toHaveLength(1)
})

test("redirects on the given host are followed, others a limited number of times and to http(s) only", async () => {
  const url = await serve((request, answer) =>
    request.url === "/s/x/session.json" ? answer.writeHead(307, { location: "/there" }).end() : answer.end("there"),
  )
  expect(await text(url)).toBe("there")
  await expect(
    text(await serve((_, answer) => answer.writeHead(302, { location: "/again" }).end())),
  ).rejects.toMatchObject({ code: "store-denied" })
  for (const location of ["file:///etc/passwd", "ftp://x/", "http://"])
    await expect(text(await serve((_, answer) => answer.writeHead(302, { location }).end()))).rejects.toMatchObject({
      code: "store-denied",
    })
})

test("a token is sent with the first request only, never along a redirect", async () => {
  const seen: (string | undefined)[] = []
  const note = (request: IncomingMessage) => void seen.push(request.headers.authorization)
  const other = await serve((request, answer) => {
    note(request)
    answer.end("other")
  })
  for (const location of ["/there", `http://other.example:${other.port}/`, `http://127.0.0.1:${other.port}/`]) {
    const url = await serve((request, answer) => {
      note(request)
      if (request.url === "/there") answer.end("there")
      else answer.writeHead(302, { location }).end()
    })
    await text(url, { token: "t0k", allowPrivate: true, lookup: names({ "other.example": "127.0.0.1" }) })
    expect(seen.splice(0), location).toEqual(["Bearer t0k", undefined])
  }
})

test("a token is never sent over plain http to another machine, whatever its name resolves to", async () => {
  let asked = 0
  const { port } = await serve((_, answer) => answer.end(String(++asked)))
  const lookup = names({ "corp.test": "127.0.0.1", localhost: "192.0.2.1" })
  for (const host of ["corp.test", "localhost", "10.0.0.1", "[fe80::1]", "localhost.corp.test"])
    await expect(
      text(new URL(`http://${host}:${port}/x.json`), { token: "t0k", lookup, timeoutMs: 200 }),
    ).rejects.toMatchObject({
      code: "bad-usage",
      message: expect.stringContaining("over https"),
    })
  expect(asked).toBe(0)
  expect(await text(new URL(`http://localhost:${port}/x.json`), { token: "t0k" })).toBe("1")
})

test("a token for loopback is not sent to the proxy", async () => {
  const url = await serve((request, answer) => answer.end(request.headers.authorization))
  const proxy = await ownProxy(["127.0.0.1"], url.origin)
  vi.stubEnv("HTTP_PROXY", proxy.host)
  onTestFinished(() => void vi.unstubAllEnvs())
  expect(await text(url, { token: "t0k" })).toBe("Bearer t0k")
  expect(proxy.asked).toEqual([])
})

test("a redirect carries no password", async () => {
  const url = await serve((_, answer) => answer.writeHead(302, { location: "http://user:pass@127.0.0.1/" }).end())
  await expect(text(url)).rejects.toMatchObject({ code: "store-denied", message: expect.stringContaining("password") })
})
