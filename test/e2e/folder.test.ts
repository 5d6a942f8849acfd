import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

const fixtures = ["all-tools", "apply-patch", "errors-and-compaction", "questions", "subagent-child"]
const read = (name: string) => JSON.parse(readFileSync(fixture(name), "utf8"))

describe.each(fixtures)("%s", (name) => {
  test("is shared to the default folder, with only the link on stdout", async () => {
    const { run, file } = ownHome()
    const { status, stdout, stderr } = await run(["share", fixture(name)])
    expect({ status, stderr }).toMatchObject({ status: 0 })
    expect(stdout).toMatch(/^file:\/\/\/.*\/s\/[A-Za-z0-9_-]{21}\/index\.html\n$/)
    const page = fileURLToPath(stdout.trim())
    expect(page.startsWith(file("data", "opencode-bucket", "shares", "s"))).toBe(true)
    expect(stderr).toContain("Only this machine can open the link.")

    const folder = path.dirname(page)
    const manifest = JSON.parse(readFileSync(path.join(folder, "manifest.json"), "utf8"))
    expect(manifest).toMatchObject({ format: 1, state: "published", session: read(name).info.id })
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files).toHaveLength(Object.keys(manifest.objects).length + 1)
    for (const [key, { size }] of Object.entries<{ size: number }>(manifest.objects))
      expect(statSync(path.join(folder, key)).size, key).toBe(size)
  })
})

test("session.json is the session as its pages show it, and sharing it gives the same bytes", async () => {
  const filesOf = (stdout: string) => {
    const folder = path.dirname(fileURLToPath(stdout.trim()))
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.\w+$/.test(name))
    const texts = names.map((name) => readFileSync(path.join(folder, name), "utf8"))
    const own = path.basename(folder)
    return Object.fromEntries(
      names.flatMap((name, i) => (name === "manifest.json" ? [] : [[name, texts[i]!.replaceAll(own, "ID")]])),
    )
  }
  const { run } = ownHome()
  const { stdout } = await run(["share", fixture("questions")])
  const shared = filesOf(stdout)
  expect(shared["session.json"]).not.toContain("/home/")
  const again = await ownHome().run(["share", path.join(path.dirname(fileURLToPath(stdout.trim())), "session.json")])
  expect(filesOf(again.stdout)).toEqual(shared)
})

test("sharing again keeps the link and uploads nothing", async () => {
  const { run } = ownHome()
  const first = JSON.parse((await run(["share", fixture("all-tools"), "--json"])).stdout)
  const second = JSON.parse((await run(["share", fixture("all-tools"), "--json"])).stdout)
  expect(second).toMatchObject({ id: first.id, url: first.url, objects: first.objects, sent: 0, bytes: 0, removed: 0 })
})

test("sharing a longer session uploads what changed and deletes stale objects", async () => {
  const { run, file } = ownHome()
  const session = read("all-tools")
  const talk = file("talk.json")
  writeFileSync(talk, JSON.stringify({ ...session, messages: session.messages.slice(0, 9) }))
  const first = JSON.parse((await run(["share", talk, "--json"])).stdout)
  writeFileSync(talk, JSON.stringify(session))
  const longer = JSON.parse((await run(["share", talk, "--json"])).stdout)
  expect(longer.id).toBe(first.id)
  expect(longer.objects).toBeGreaterThanOrEqual(first.objects)

  // Without its first message, the session has lost its attachment.
  writeFileSync(talk, JSON.stringify({ ...session, messages: session.messages.slice(1, 3) }))
  const shorter = JSON.parse((await run(["share", talk, "--json"])).stdout)
  expect(shorter.id).toBe(first.id)
  expect(shorter.removed).toBe(longer.objects - shorter.objects)
  expect(shorter.removed).toBeGreaterThan(0)
  const folder = path.dirname(fileURLToPath(shorter.url))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files).toHaveLength(shorter.objects)
})

describe("unshare", () => {
  test.each(["link", "id", "session"] as const)(
    "by %s leaves nothing, and repeating it reports that nothing is there",
    async (by) => {
      const { run } = ownHome()
      const { id, url, session } = JSON.parse((await run(["share", fixture("questions"), "--json"])).stdout)
      const kept = JSON.parse((await run(["share", fixture("apply-patch"), "--json"])).stdout)
      const name = { link: url, id, session }[by]
      const removed = await run(["unshare", name])
      expect(removed).toMatchObject({ status: 0, stdout: "" })
      expect(removed.stderr).toMatch(/^Removed and verified: file:.*index.html \(\d+ objects deleted\)\.\n$/)
      expect(existsSync(path.dirname(fileURLToPath(url)))).toBe(false)
      expect(existsSync(fileURLToPath(kept.url))).toBe(true)
      const again = await run(["unshare", name])
      expect(again.status).toBe(0)
      expect(again.stderr).toMatch(/^Already removed: | is not shared\.\n$/)
    },
  )

  test("works without the ledger, by the manifests", async () => {
    const { run, file } = ownHome()
    const { url, session } = JSON.parse(
      (await run(["share", fixture("questions"), "--json", "--to", file("out")])).stdout,
    )
    const env = { XDG_DATA_HOME: file("another") }
    expect((await run(["unshare", session, "--to", file("out")], { env })).stderr).toContain(
      `Removed and verified: ${url}`,
    )
    expect(existsSync(fileURLToPath(url))).toBe(false)
  })

  test("of a session names an unrecorded share of the session and how to remove it", async () => {
    const { run, file } = ownHome()
    const share = async () => JSON.parse((await run(["share", fixture("questions"), "--json"])).stdout)
    const older = await share()
    rmSync(file("data", "opencode-bucket", "ledger"), { recursive: true })
    const newer = await share()
    expect(newer.id).not.toBe(older.id)
    const { stdout, stderr } = await run(["unshare", newer.session, "--json"])
    expect(stderr).toContain(`also shared at ${older.url}`)
    expect(JSON.parse(stdout)).toMatchObject({ removed: [{ id: newer.id }], left: [{ id: older.id, url: older.url }] })
    expect((await run(["unshare", older.id])).stderr).toContain(`Removed and verified: ${older.url}`)
    expect(existsSync(path.dirname(fileURLToPath(older.url)))).toBe(false)
  })

  test("of a link to another destination is refused", async () => {
    const { run } = ownHome()
    const { status, stderr } = await run(["unshare", "https://elsewhere.example/s/V1StGXR8_Z5jdHi6B-myT/index.html"])
    expect(status).toBe(4)
    expect(stderr).toContain("is not a link into")
  })
})

test("list shows what is shared, and what was removed by hand", async () => {
  const { run } = ownHome()
  expect(await run(["list"])).toMatchObject({ status: 0, stdout: "", stderr: "No shares.\n" })
  const { url, session, title } = JSON.parse((await run(["share", fixture("questions"), "--json"])).stdout)
  const { stdout } = await run(["list"])
  for (const part of [url, session, title]) expect(stdout).toContain(part)
  expect(JSON.parse((await run(["list", "--json"])).stdout).shares).toMatchObject([
    { url, session, title, state: "shared" },
  ])
  rmSync(path.dirname(fileURLToPath(url)), { recursive: true })
  expect(JSON.parse((await run(["list", "--json"])).stdout).shares).toMatchObject([{ url, state: "gone" }])
})

test("a link that was unshared on another machine is not reused", async () => {
  const { run } = ownHome()
  const first = JSON.parse((await run(["share", fixture("questions"), "--json"])).stdout)
  rmSync(path.dirname(fileURLToPath(first.url)), { recursive: true })
  const second = JSON.parse((await run(["share", fixture("questions"), "--json"])).stdout)
  expect(second.id).not.toBe(first.id)
  expect(existsSync(fileURLToPath(first.url))).toBe(false)
})

test("from stdin", async () => {
  const { run } = ownHome()
  const { status, stdout } = await run(["share", "-"], { stdin: readFileSync(fixture("questions"), "utf8") })
  expect(status).toBe(0)
  expect(existsSync(fileURLToPath(stdout.trim()))).toBe(true)
})

test("subagents' sessions are shared with their session", async () => {
  const { run, file } = ownHome()
  const talk = file("talk.json")
  writeFileSync(talk, JSON.stringify({ ...read("all-tools"), children: [read("subagent-child")] }))
  const { url } = JSON.parse((await run(["share", talk, "--json"])).stdout)
  const folder = path.dirname(fileURLToPath(url))
  const child = readdirSync(folder).filter((name) => name.startsWith("sub-"))
  expect(child).toHaveLength(1)
  expect(readFileSync(fileURLToPath(url), "utf8")).toContain(`href="${child[0]}"`)
  expect(readFileSync(path.join(folder, child[0]!), "utf8")).toContain("banana")
})
