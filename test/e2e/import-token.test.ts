import { mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { beforeEach, expect, onTestFinished, test } from "vitest"
import { ownHome } from "../support/run-command.ts"

const TOKEN = "t0ken-of-the-company"

/** A server that answers everybody with a refusal, and notes who had a token. */
async function refusing() {
  const seen: (string | undefined)[] = []
  const server = createServer((request, answer) => {
    seen.push(request.headers.authorization)
    answer.writeHead(401).end()
  }).listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  onTestFinished(() => void server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { seen, origin, link: `${origin}/s/V1StGXR8_Z5jdHi6B-myT/` }
}

let company: Awaited<ReturnType<typeof refusing>>
let stranger: Awaited<ReturnType<typeof refusing>>
let home: ReturnType<typeof ownHome>
beforeEach(async () => {
  company = await refusing()
  stranger = await refusing()
  home = ownHome()
})

const run = (link: string, env: Record<string, string>, ...args: string[]) =>
  home.run(["import", link, ...args], { env: { OPENCODE_BUCKET_TOKEN: TOKEN, ...env } })
const config = (folder: string, url: string) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, "opencode.json"), JSON.stringify({ enterprise: { url } }))
}

test("nothing is requested if the server of the token is unknown", async () => {
  const { status, stderr } = await run(stranger.link, {})
  expect(status).toBe(2)
  expect(stderr).toContain("OPENCODE_BUCKET_TOKEN is set, but its server is unknown.")
  expect(stderr).toContain("OPENCODE_BUCKET_SERVER")
  expect(stderr).not.toContain(TOKEN)
  expect(stranger.seen).toEqual([])
})

test("the token is sent to its server only", async () => {
  const env = { OPENCODE_BUCKET_SERVER: company.origin }
  expect((await run(company.link, env)).stderr).not.toContain("was not sent")
  expect(company.seen).toEqual([`Bearer ${TOKEN}`])
  const { status, stderr } = await run(stranger.link, env)
  expect(status).toBe(5)
  expect(stderr).toContain(`OPENCODE_BUCKET_TOKEN was not sent: it belongs to ${new URL(company.origin).host}.`)
  expect(stranger.seen).toEqual([undefined])
})

test.each(["127.0.0.1", "127.1", "0x7f.1", "2130706433"])(
  "the address %s is another server than the name localhost",
  async (host) => {
    const { port } = new URL(company.origin)
    const link = `http://${host}:${port}/s/V1StGXR8_Z5jdHi6B-myT/`
    await run(link, { OPENCODE_BUCKET_SERVER: `http://localhost:${port}` })
    expect(company.seen).toEqual([undefined])
  },
)

test("the token of a server below a path is not sent to other paths", async () => {
  const env = { OPENCODE_BUCKET_SERVER: `${company.origin}/shares/` }
  await run(company.link, env)
  await run(`${company.origin}/sharesX/s/V1StGXR8_Z5jdHi6B-myT/`, env)
  await run(`${company.origin}/shares/s/V1StGXR8_Z5jdHi6B-myT/`, env)
  expect(company.seen).toEqual([undefined, undefined, `Bearer ${TOKEN}`])
})

test("the user's enterprise.url names the server, a project's does not", async () => {
  config(home.project, `${stranger.origin}/ocb_x`)
  expect((await run(stranger.link, {})).status).toBe(2)
  config(home.file("config", "opencode"), `${company.origin}/ocb_x`)
  await run(stranger.link, {})
  await run(company.link, {})
  expect([stranger.seen, company.seen]).toEqual([[undefined], [`Bearer ${TOKEN}`]])
})

test("a token is sent over https only, and --token only to the given link", async () => {
  const env = { OPENCODE_BUCKET_SERVER: "http://shares.corp.test" }
  const clear = await run("http://shares.corp.test/s/V1StGXR8_Z5jdHi6B-myT/", env)
  expect(clear).toMatchObject({ status: 2, stderr: expect.stringContaining("A token is only sent over https") })
  const flag = await run("http://shares.corp.test/s/V1StGXR8_Z5jdHi6B-myT/", {}, "--token", "t")
  expect(flag).toMatchObject({ status: 2, stderr: expect.stringContaining("A token is only sent over https") })
  await run(stranger.link, env, "--token", "for-this-one")
  expect(stranger.seen).toEqual(["Bearer for-this-one"])
})

test("an invalid server address is an error", async () => {
  for (const named of ["shares.corp.test", "ftp://shares.corp.test", "https://"]) {
    const { status, stderr } = await run(stranger.link, { OPENCODE_BUCKET_SERVER: named })
    expect({ status, stderr }, named).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("OPENCODE_BUCKET_SERVER"),
    })
  }
  expect(stranger.seen).toEqual([])
})
