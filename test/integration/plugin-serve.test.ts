import { execFile } from "node:child_process"
import { mkdir, readFile, rm } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { type PluggedClient, pageAt, pluggedClient, type Served, until } from "../support/opencode-plugin.ts"

let opencode: PluggedClient
let server: Served

beforeAll(async () => {
  opencode = await pluggedClient()
  server = await opencode.serve()
})

afterAll(async () => {
  await server?.close()
  await opencode?.close()
})

afterEach(() => {
  expect(opencode.ledger()).toEqual([])
  expect(opencode.files()).toEqual([])
})

/** The command line, as the same user would call it. */
async function command(...args: string[]): Promise<string> {
  const bin = path.resolve("bin/opencode-bucket.js")
  const { PATH = "", HOME = "" } = opencode.client.env
  const options = { cwd: opencode.project, env: { PATH, HOME } }
  return (await promisify(execFile)(process.execPath, [bin, ...args], options)).stdout.trim()
}

async function talk(title: string, ...prompts: string[]): Promise<string> {
  const session = await server.session(title)
  for (const prompt of prompts) await server.say(session, prompt)
  return session
}

describe("opencode serve", () => {
  test("the link of a shared session opens at once, follows the conversation, and is dead after unshare", async () => {
    opencode.model.queue({ text: "The first answer." })
    const session = await talk("A talk", "the first prompt")
    const link = await server.share(session)
    expect(link).toMatch(/^file:\/\/.*\/bucket\/s\/[\w-]{21}\/index\.html$/)
    expect(await pageAt(link)).toContain("The first answer.")
    expect(await server.ask("GET", `/session/${session}`)).toMatchObject({ share: { url: link } })

    opencode.model.queue({ text: "The second answer." })
    await server.say(session, "the second prompt")
    await until(
      () => pageAt(link),
      (page) => page.includes("The second answer."),
    )
    await server.unshare(session)
    expect(opencode.files()).toEqual([])
    expect(opencode.ledger()).toEqual([])

    const again = await server.share(session)
    expect(again).not.toBe(link)
    expect(await pageAt(again)).toContain("The second answer.")
    await server.unshare(session)
  })

  test("secrets are redacted in every version with a notice, and a share expires as set", async () => {
    await opencode.configure({ to: opencode.bucket, expires: "7d", redact: { patterns: ["Project Heron"] } })
    const fake = (...pieces: string[]) => pieces.join("")
    const token = fake("gh", "p_", "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8")
    const password = fake("Tr0ub4dor", "-x3-9")
    const listening = await server.listen()
    const session = await talk("Secrets of Project Heron", `My token is ${token}`)
    const link = await server.share(session)
    const first = await pageAt(link)
    expect(first).toContain("[redacted: github token #1]")
    expect(first).toMatch(/Until[\s\S]*<time/)
    expect(opencode.ledger()).toMatchObject([{ expires: expect.stringMatching(/^\d{4}-/) }])
    await until(
      () => listening.said(),
      (said) => said.includes("Redacted from the share") && said.includes("github token"),
    )
    await server.say(session, `DATABASE_URL=postgres://app:${password}@db.internal/app and ${token} again`)
    await until(
      () => pageAt(link),
      (page) => page.includes("db.internal"),
    )
    await until(
      () => listening.said(),
      (said) => said.includes("github token, password"),
    )
    const stored = await Promise.all(opencode.files().map((file) => readFile(path.join(opencode.bucket, file), "utf8")))
    for (const secret of [token, password, "Project Heron"]) expect(stored.join("\n")).not.toContain(secret)
    listening.close()
    await server.unshare(session)
    await opencode.configure({ to: opencode.bucket })
  })

  test("deleting a session removes its share", async () => {
    const session = await talk("To be deleted", "hello")
    const link = await server.share(session)
    await server.ask("DELETE", `/session/${session}`)
    await until(opencode.ledger, (entries) => entries.length === 0)
    expect(await pageAt(link)).toBe("")
  })

  test("concurrent and repeated requests create one share", async () => {
    const session = await talk("Twice", "hello")
    const [one, other] = await Promise.all([server.share(session), server.share(session)])
    expect(other).toBe(one)
    expect(await server.share(session)).toBe(one)
    expect(new Set(opencode.files().map((file) => file.split("/")[1])).size).toBe(1)
    await server.unshare(session)
  })

  test("a session shared by the command has the same link in OpenCode, and either can unshare it", async () => {
    const session = await talk("From outside", "hello")
    const link = await command("share", session)
    expect(await server.share(session)).toBe(link)
    expect(await command("share", session)).toBe(link)
    await server.unshare(session)
    expect(await pageAt(link)).toBe("")

    const next = await server.share(session)
    await command("unshare", next)
    expect(opencode.files()).toEqual([])
    // OpenCode does not know it: what it sends of the conversation brings nothing back, and its own removal works.
    await server.say(session, "still there?")
    await new Promise((resolve) => setTimeout(resolve, 6_000))
    expect(opencode.files()).toEqual([])
    await server.unshare(session)
  })

  test("a share whose files were deleted manually is not restored", async () => {
    const session = await talk("By hand", "hello")
    const link = await server.share(session)
    await rm(path.join(opencode.bucket, "s"), { recursive: true })
    await server.say(session, "still there?")
    await until(opencode.ledger, (entries) => entries.length === 0)
    expect(await pageAt(link)).toBe("")
    await server.unshare(session)
  })

  test("each answer of a slow model is published", async () => {
    const session = await talk("Slow", "hello")
    const link = await server.share(session)
    for (const text of ["After a while.", "After another while."]) {
      opencode.model.queue({ reasoning: "Let me see.", think: 7_000, text })
      await server.say(session, "and?")
      await until(
        () => pageAt(link),
        (page) => page.includes(text),
        10_000,
      )
    }
    await server.unshare(session)
  })

  test("a subagent's work is in the share of its session", async () => {
    const task = { description: "Look", prompt: "Look around.", subagent_type: "general" }
    opencode.model.queue({ text: "Ready." })
    const session = await talk("With a subagent", "hello")
    await server.share(session)
    opencode.model.queue({ tools: [{ name: "task", args: task }] }, { text: "Nobody here." }, { text: "All quiet." })
    await server.say(session, "look around")
    const files = await until(opencode.files, (names) => names.some((name) => /sub-/.test(name)))
    const page = files.find((name) => /sub-/.test(name))!
    await until(
      () => pageAt(`file://${path.join(opencode.bucket, page)}`),
      (content) => content.includes("Nobody here."),
    )
    await server.unshare(session)
  })

  test("sessions of two projects in one server are shared with their own settings", async () => {
    const first = await talk("Here", "hello")
    const other = path.join(opencode.home, "elsewhere")
    await mkdir(other)
    const there = `?directory=${encodeURIComponent(other)}`
    const { id } = (await server.ask("POST", `/session${there}`, { title: "There" })) as { id: string }
    const share = (await server.ask("POST", `/session/${id}/share${there}`)) as { share: { url: string } }
    expect(await pageAt(share.share.url)).toContain("There")
    expect(await server.share(first)).not.toBe(share.share.url)
    await server.unshare(first)
    await server.ask("DELETE", `/session/${id}/share${there}`)
  })
})
