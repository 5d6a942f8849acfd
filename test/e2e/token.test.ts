import { readdirSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { post, recordedItems } from "../support/own-server.ts"
import { ownHome } from "../support/run-command.ts"
import { freePort, startServer } from "../support/server-process.ts"
import { temporaryFolder } from "../support/world.ts"

test("tokens of many people are created in one call, or none of them", async () => {
  const home = ownHome()
  const env = { OPENCODE_BUCKET_TO: path.join(temporaryFolder(), "bucket"), HOME: home.home }
  const token = (...args: string[]) => home.run(["token", ...args], { env })
  const names = Array.from({ length: 60 }, (_, n) => `person${n}@corp.example`)
  const lines = (await token("create", ...names)).stdout.trim().split("\n")
  expect(lines.map((line) => line.replace(/^ocb_[\w-]{32} {2}/, ""))).toEqual(names)
  const list = async () =>
    JSON.parse((await token("list", "--json")).stdout).tokens as { name: string; owner: string }[]
  expect((await list()).every(({ name, owner }) => name === owner)).toBe(true)
  for (const args of [
    ["new", "person1@corp.example"],
    ["new", "new"],
    ["new", "--owner", "dana"],
    ["new", "--owner", ""],
  ])
    expect((await token("create", ...args)).status).toBe(2)
  expect((await list()).length).toBe(60)
})

test("an admin token is created and listed as one, and its hint names its use", async () => {
  const home = ownHome()
  const env = { OPENCODE_BUCKET_TO: path.join(temporaryFolder(), "bucket"), HOME: home.home }
  const token = (...args: string[]) => home.run(["token", ...args], { env })
  const made = await token("create", "offboarding", "--admin", "--owner", "it@corp.example")
  expect(made.stdout).toMatch(/^ocb_[\w-]{32}\n$/)
  expect(made.stderr).toContain("Authorization: Bearer")
  expect((await token("list")).stdout).toMatch(/offboarding {2}\(it@corp\.example\) {2}admin\n$/)
  const { tokens } = JSON.parse((await token("list", "--json")).stdout)
  expect(tokens).toMatchObject([{ name: "offboarding", owner: "it@corp.example", role: "admin" }])
})

test("token commands report what happens to shares, and an administrator removes them", async () => {
  const home = ownHome()
  const bucket = path.join(temporaryFolder(), "bucket")
  const env = { OPENCODE_BUCKET_TO: bucket, HOME: home.home }
  const token = async (...args: string[]) => {
    const { status, stdout, stderr } = await home.run(["token", ...args], { env })
    return { status, stdout: stdout.trim(), stderr: stderr.replace(/\s+/g, " ").trim() }
  }
  const url = `http://127.0.0.1:${await freePort()}`
  const listen = { OPENCODE_BUCKET_LISTEN: new URL(url).host, OPENCODE_BUCKET_PUBLIC_URL: url }
  const { stdout: first } = await token("create", "laptop", "--owner", "dana@corp.example")
  await startServer({ ...env, ...listen, OPENCODE_BUCKET_PUBLIC: "true" })
  const { session, items } = recordedItems("questions")
  const share = async (plain: string, session: string) => {
    const answer = await fetch(`${url}/${plain}/api/share`, post({ sessionID: session }))
    return (await answer.json()) as { id: string; secret: string }
  }
  const sync = async (plain: string, { id, secret }: { id: string; secret: string }) =>
    (await fetch(`${url}/${plain}/api/share/${id}/sync`, post({ secret, data: items }))).status
  const made = await share(first, session)
  expect(await sync(first, made)).toBe(200)

  const rotated = await token("rotate", "laptop")
  expect(rotated.stdout).toMatch(/^ocb_[\w-]{32}$/)
  expect(rotated.stderr).toContain("The old token of laptop is revoked")
  expect([await sync(first, made), await sync(rotated.stdout, made)]).toEqual([401, 200])
  const other = await share(rotated.stdout, "ses_other")

  const revoked = await token("revoke", "laptop")
  expect(revoked.stderr).toContain("Its 2 shares remain: dana@corp.example can remove them")
  expect(revoked.stderr).toContain("opencode-bucket token revoke laptop --unshare")
  expect(await sync(rotated.stdout, made)).toBe(401)
  expect((await fetch(`${url}/s/${made.id}/`)).ok).toBe(true)
  expect(
    (await token("list")).stdout.match(/laptop {2}\(dana@corp\.example\) {2}revoked, 1 share remains/g)?.length,
  ).toBe(2)
  const { stdout } = await token("list", "--json")
  expect(JSON.parse(stdout)).toMatchObject({ tokens: [], revoked: [{ name: "laptop", shares: 1 }, { shares: 1 }] })
  expect(stdout).not.toMatch(/"hash"|"replaces"/)

  const removed = await token("revoke", "laptop", "--unshare")
  expect([removed.status, removed.stderr]).toEqual([0, "Revoked laptop. Removed its 2 shares."])
  for (const { id } of [made, other]) expect((await fetch(`${url}/s/${id}/`)).status).toBe(410)
  expect(
    readdirSync(bucket, { recursive: true })
      .map(String)
      .filter((key) => /\bs\/.*\.(?:html|json)$/.test(key)),
  ).toEqual([])
  expect((await token("revoke", "laptop", "--unshare")).stderr).toBe("Revoked laptop. It has no shares.")
  expect((await token("list")).stderr).toContain("No tokens.")
  expect((await token("revoke", "nobody", "--unshare")).status).toBe(2)
})
