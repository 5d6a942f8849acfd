import { expect, onTestFinished, test } from "vitest"
import { ownProxy } from "../support/proxy.ts"
import { fixture, ownHome } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

/** A bucket that is reached by a name which only the proxy knows. */
async function behindProxy() {
  const server = await startS3Server({ publicRead: true })
  onTestFinished(() => server.close())
  const proxy = await ownProxy(["bucket.corp.test"], server.endpoint)
  const home = ownHome()
  const run = (args: string[], env: Record<string, string>) =>
    home.run([...args, "--to", `s3://${server.bucket}`], { env: { ...server.environment, ...env } })
  return { server, proxy, run }
}

test("a session is shared, read anonymously and removed through the proxy of the environment", async () => {
  const { server, proxy, run } = await behindProxy()
  const endpoint = ["--endpoint", "http://bucket.corp.test"]
  const shared = await run(["share", fixture("all-tools"), "--json", ...endpoint], { HTTP_PROXY: proxy.host })
  expect(shared).toMatchObject({ status: 0 })
  const { url, public: isPublic } = JSON.parse(shared.stdout)
  expect(url).toMatch(/^http:\/\/bucket\.corp\.test\/shares\/s\//)
  expect(isPublic).toBe(true)
  expect(proxy.asked.some((line) => line.startsWith("PUT http://bucket.corp.test/"))).toBe(true)

  const removed = await run(["unshare", url, "--json", ...endpoint], { http_proxy: `http://${proxy.host}` })
  expect(removed).toMatchObject({ status: 0 })
  expect(JSON.parse(removed.stdout)).toMatchObject({ removed: [{ proven: true }] })
  expect(server.objects().size).toBe(0)
})

test("requests to loopback do not use the proxy", async () => {
  const { server, proxy, run } = await behindProxy()
  const all = { HTTP_PROXY: proxy.host, HTTPS_PROXY: proxy.host, NO_PROXY: "example.com" }
  const { status, stdout } = await run(["share", fixture("all-tools"), "--json", "--endpoint", server.endpoint], all)
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ public: true })
  expect(proxy.asked).toEqual([])
})

test("a refusing proxy is reported without its password", async () => {
  const { server, proxy, run } = await behindProxy()
  const share = ["share", fixture("all-tools"), "--endpoint", "https://elsewhere.corp.test"]
  const { status, stderr } = await run(share, { HTTPS_PROXY: `http://me:hush-hush@${proxy.host}` })
  expect(status).toBe(5)
  expect(stderr).toContain("https://elsewhere.corp.test cannot be reached: the proxy refuses the connection.")
  expect(stderr).toContain("NO_PROXY")
  expect(stderr).not.toContain("hush-hush")
  expect(server.requests).toEqual([])
})
