import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { isLengthRefused } from "../../src/share-server/http/probe-body-limit.ts"
import { launchChromium } from "../support/chromium.ts"
import { signInAs, startProvider } from "../support/identity.ts"
import { nginxWith } from "../support/nginx.ts"
import { post, recordedItems } from "../support/own-server.ts"
import { ownHome } from "../support/run-command.ts"
import { freePort, startServer } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

const documented = readFileSync(path.join(import.meta.dirname, "..", "..", "deploy", "proxies", "nginx.conf"), "utf8")

/** The documented configuration, on loopback without TLS. */
const documentedFor = (server: string, port: number) =>
  documented
    .replace("server 127.0.0.1:8080;", `server ${new URL(server).host};`)
    .replace("listen 443 ssl;", `listen 127.0.0.1:${port};`)
    .replace(/^ +(?:http2|ssl_\w+|server_name) .*\n/gm, "")

/** Everything as nginx has it by default: 1 MB bodies, 4 kB of response headers. */
const defaultsFor = (server: string, port: number) =>
  `server { listen 127.0.0.1:${port}; location / { proxy_pass ${server}; } }`

/** The built server behind nginx, with a token. */
async function behindNginx(
  configure: (server: string, port: number) => string,
  { prefix = "", env = {} as Record<string, string> } = {},
) {
  const home = ownHome()
  const [inner, outer] = [await freePort(), await freePort()]
  const shared = { OPENCODE_BUCKET_TO: path.join(temporaryFolder(), "bucket"), HOME: home.home }
  const token = (
    await home.run(["token", "create", "dana", "--owner", "dana@corp.example"], { env: shared })
  ).stdout.trim()
  const publicUrl = `http://127.0.0.1:${outer}${prefix}`
  const listen = `127.0.0.1:${inner}`
  await nginxWith(configure(`http://${listen}`, outer), outer)
  const more = "OPENCODE_BUCKET_ISSUER" in env ? {} : { OPENCODE_BUCKET_PUBLIC: "true" }
  const server = await startServer({
    ...{ ...shared, OPENCODE_BUCKET_PUBLIC_URL: publicUrl, OPENCODE_BUCKET_LISTEN: listen },
    ...more,
    ...env,
  })
  const { session, items, info } = recordedItems("questions")
  const share = async (address = `${publicUrl}/${token}`) => {
    const made = await fetch(`${address}/api/share`, post({ sessionID: session }))
    return (await made.json()) as { id: string; url: string; secret: string }
  }
  const sync = (id: string, secret: string, data: unknown[]) =>
    fetch(`${publicUrl}/${token}/api/share/${id}/sync`, post({ secret, data }))
  return { publicUrl, token, server, share, sync, items, info, session, outer }
}

const large = (session: string) => ({
  type: "part",
  data: { id: "prt_large", messageID: "msg_z", sessionID: session, type: "text", text: "word ".repeat(600_000) },
})

test.each([
  ["as documented", documentedFor, ""],
  [
    "below a path",
    (server: string, port: number) => documentedFor(server, port).replace("location / {", "location /shares/ {"),
    "/shares",
  ],
] as const)(
  "a share of 3 MB is published through nginx %s, whatever the slashes of its address",
  async (_, configure, prefix) => {
    const { publicUrl, token, share, sync, items, info, session } = await behindNginx(configure, { prefix })
    const { id, secret } = await share(`${publicUrl}/${token}/`)
    expect(await share(`${publicUrl}//${token}//`)).toMatchObject({ id })
    expect((await sync(id, secret, [...items, large(session)])).status).toBe(200)
    const page = () => fetch(`${publicUrl}/s/${id}/`).then((answer) => answer.text())
    await expect.poll(page).toContain(info.title)
    expect(await isLengthRefused(publicUrl, 32_000_000)).toBe(false)
  },
)

test("nginx's limit of 1 MB is detected at start and explained on the waiting page", async () => {
  const { server, share, sync, session } = await behindNginx(defaultsFor)
  await expect
    .poll(() => server.log().find(({ event }) => event === "proxy limits request bodies"))
    .toMatchObject({
      message: expect.stringContaining("client_max_body_size"),
    })
  const { id, secret } = await share()
  expect((await sync(id, secret, [large(session)])).status).toBe(413)
})

test("ten restored tabs sign in together through nginx's 4 kB of headers, and a reload of any of them works", async () => {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const { publicUrl, share, sync, items, info } = await behindNginx(defaultsFor, {
    env: {
      OPENCODE_BUCKET_ISSUER: issuer,
      OPENCODE_BUCKET_CLIENT_ID: "opencode-bucket",
      OPENCODE_BUCKET_CLIENT_SECRET: "a-secret-of-the-client",
      OPENCODE_BUCKET_EVERYONE: "true",
      OPENCODE_BUCKET_COOKIE_KEYS: "k3J8s0dLqPz5Vn7XcRt2Yw9Bm4Gh6Fa1",
    },
  })
  // An ID token with forty groups, as large companies have them.
  const groups = Array.from({ length: 40 }, (_, n) => `${String(n).padStart(8, "0")}-0000-4000-8000-000000000000`)
  await startProvider(publicUrl, { port, groups })
  const { id, secret } = await share()
  expect((await sync(id, secret, items)).status).toBe(200)

  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const context = await browser.newContext()
  const tabs = await Promise.all(Array.from({ length: 10 }, () => context.newPage()))
  const place = (n: number) => `${publicUrl}/s/${id}/?tab=${n}`
  await Promise.all(tabs.map((tab, n) => tab.goto(place(n))))
  // The person types their name in one tab; in the others, the provider knows them when they are reloaded.
  await signInAs(tabs[0]!, "dana@corp.example")
  await tabs[0]!.waitForURL(place(0))
  await Promise.all(tabs.slice(1).map((tab, n) => tab.goto(place(n + 1))))
  for (const [n, tab] of tabs.entries()) {
    await expect.poll(() => tab.title()).toContain(info.title)
    expect(tab.url()).toBe(place(n))
  }
  const [cookie] = (await context.cookies()).filter(({ name }) => name === "__Host-opencode-bucket")
  expect(cookie!.value.length).toBeLessThan(2_000)

  // All ten begin without a cookie, while the provider remembers the person.
  await context.clearCookies({ name: /^__Host-/ })
  await Promise.all(tabs.map((tab, n) => tab.goto(place(n))))
  for (const [n, tab] of tabs.entries()) {
    await tab.waitForURL(place(n))
    expect(await tab.title()).toContain(info.title)
  }
})
