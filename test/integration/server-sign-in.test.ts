import { createServer, request as httpRequest } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { launchChromium } from "../support/chromium.ts"
import { providerClientId, providerClientSecret, signInAs, startProvider } from "../support/identity.ts"
import { until } from "../support/opencode-plugin.ts"
import { post, recordedItems } from "../support/own-server.ts"
import { freePort, serverOnCeph } from "../support/server-process.ts"

const env = {
  OPENCODE_BUCKET_CLIENT_ID: providerClientId!,
  OPENCODE_BUCKET_CLIENT_SECRET: providerClientSecret!,
  OPENCODE_BUCKET_DOMAINS: "corp.example",
  OPENCODE_BUCKET_COOKIE_KEYS: "the-newer-key-of-the-cookies-of-both,the-older-key-of-the-cookies-of-both",
}

test("readers sign in with a real provider at two replicas, one of which is killed", async () => {
  const ceph = await serverOnCeph()
  const token = await ceph.token("dana", "dana@corp.example")
  const balancer = await balance()
  const publicUrl = balancer.url
  const issuer = await startProvider(publicUrl)
  const start = async (more = {}) =>
    ceph.start(publicUrl, {
      ...env,
      ...more,
      OPENCODE_BUCKET_ISSUER: issuer,
      OPENCODE_BUCKET_LISTEN: `127.0.0.1:${await freePort()}`,
    })
  const [one, two] = await Promise.all([start(), start()])
  balancer.to([one.url])
  expect((await fetch(`${publicUrl}/readyz`)).status).toBe(200)

  // Kept by the first replica, which is killed before it has published anything.
  const { session, items, info } = recordedItems("questions")
  const made = (await (await fetch(`${publicUrl}/${token}/api/share`, post({ sessionID: session }))).json()) as {
    id: string
    url: string
    secret: string
  }
  const sync = (data: unknown[]) =>
    fetch(`${publicUrl}/${token}/api/share/${made.id}/sync`, post({ secret: made.secret, data }))
  expect((await sync(items)).status).toBe(200)
  await one.end("SIGKILL")
  balancer.to([two.url])

  const browser = await launchChromium()
  onTestFinished(() => browser.close())
  const page = await (await browser.newContext()).newPage()
  await page.goto(made.url)
  expect(new URL(page.url()).origin).toBe(issuer)
  await signInAs(page, "dana@corp.example")
  await page.waitForURL(`${publicUrl}/s/${made.id}/`)
  // The second replica finds what the first one has left, and the page that waits for it comes by itself.
  await until(
    () => page.title(),
    (title) => title.includes(info.title),
  )

  // A third one takes the first one's place in the middle of a visit, with a new key before the others: the same session.
  const keys = `a-key-that-is-newer-than-both-of-theirs,${env.OPENCODE_BUCKET_COOKIE_KEYS}`
  const three = await start({ OPENCODE_BUCKET_COOKIE_KEYS: keys })
  balancer.to([three.url])
  await two.end("SIGKILL")
  await page.reload()
  expect(await page.title()).toContain(info.title)
  const [cookie] = (await page.context().cookies()).filter(({ name }) => name === "__Host-opencode-bucket")
  expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Lax", path: "/" })

  const stranger = await (await browser.newContext()).newPage()
  await stranger.goto(made.url)
  await signInAs(stranger, "mallory@evil.example")
  await stranger.waitForURL(/\/auth\/callback/)
  expect(await stranger.content()).not.toContain(info.title)
  // Signed in there, so sent back at once, and refused again.
  expect((await stranger.goto(`${publicUrl}/s/${made.id}/session.json`))?.status()).toBe(403)
  expect(await stranger.content()).not.toContain(session)

  await page.goto(`${publicUrl}/mine`)
  expect(await page.textContent("main")).toContain(info.title)
  await page.click("text=Unshare")
  await page.waitForSelector("text=Unshare this conversation?")
  await page.click("button:has-text('Unshare')")
  await page.waitForFunction(() => document.querySelector("main")?.textContent?.includes("You have no shares"))
  expect((await page.goto(`${publicUrl}/s/${made.id}/`))?.status()).toBe(410)
  expect((await sync(items)).status).toBe(404)
  expect((await ceph.keys()).filter((key) => key.startsWith("s/"))).toEqual([])

  const four = await start({ OPENCODE_BUCKET_COOKIE_KEYS: keys })
  const headers = { cookie: `${cookie!.name}=${cookie!.value}` }
  for (const { url } of [three, four]) expect((await fetch(`${url}/mine`, { headers })).status).toBe(200)
  await page.goto(`${publicUrl}/mine`)
  await page.click("text=Sign out")
  await page.waitForURL(new RegExp(issuer))
  expect((await page.context().cookies()).filter(({ name }) => name === "__Host-opencode-bucket")).toEqual([])
  // A copy of the cookie is worth nothing any more, wherever it is shown.
  for (const { url } of [three, four, three]) expect((await fetch(`${url}/mine`, { headers })).status).toBe(401)
})

/** A round-robin load balancer. */
async function balance() {
  let targets: string[] = []
  let next = 0
  const server = createServer((incoming, outgoing) => {
    if (targets.length === 0) return void outgoing.writeHead(502).end()
    const target = new URL(targets[next++ % targets.length]!)
    const { method, headers, url } = incoming
    const passed = httpRequest({ host: target.hostname, port: target.port, method, headers, path: url }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on("error", () => outgoing.writeHead(502).end())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to(others: string[]) {
      targets = others
    },
  }
}
