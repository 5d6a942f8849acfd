import { mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path, { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type OpencodeClient, opencodeClient } from "../support/opencode-client.ts"
import { commitAll, request } from "../support/opencode-record.ts"
import { ownHome } from "../support/run-command.ts"
import { type StubModel, startStubModel } from "../support/stub-model.ts"

const home = realpathSync(mkdtempSync(join(tmpdir(), "opencode-bucket-undo-")))
const project = join(home, "calc")
let model: StubModel
let client: OpencodeClient
let server: Awaited<ReturnType<OpencodeClient["serve"]>>

beforeAll(async () => {
  model = await startStubModel()
  await mkdir(project)
  await writeFile(join(project, "a.txt"), "one\n")
  commitAll(project)
  client = await opencodeClient(home, model.url)
  server = await client.serve(project)
})

afterAll(async () => {
  await server?.close("SIGKILL")
  await model?.close()
  await rm(home, { recursive: true, force: true, maxRetries: 5 })
})

interface Message {
  info: { id: string; role: string }
  parts: { type: string; tool?: string; state?: { metadata?: { sessionId?: string } } }[]
}

const task = (prompt: string, more: object = {}) => ({
  tools: [{ name: "task", args: { description: "Look", prompt, subagent_type: "general", ...more } }],
})
const ask = (method: string, place: string, body?: object) => request(server.url, method, place, body)
const say = (session: string, text: string) =>
  ask("POST", `/session/${session}/message`, { parts: [{ type: "text", text }] })

/** Runs the command as the user of that client; what it has written, by name, with the numbers that it tells. */
async function run(...args: string[]) {
  const PATH = dirname(client.binary) + delimiter + client.env["PATH"]
  const data = join(home, ".local", "share")
  const env = { ...client.env, PATH, XDG_DATA_HOME: data, XDG_CONFIG_HOME: join(home, ".config") }
  const result = await ownHome().run(args, { env, cwd: project })
  expect(result).toMatchObject({ status: 0 })
  return result.stdout.trim()
}
const filesIn = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [name, readFileSync(path.join(parentPath, name), "utf8")]),
  )
const sub = (files: object) => Object.keys(files).filter((name) => name.startsWith("sub-"))

test("undone messages and their subagents are in no file, before and after the undo is final", async () => {
  const { id: session } = (await ask("POST", "/session", { title: "Undone" })) as { id: string }
  model.queue(task("Look at the first."), { text: "KEPT by the subagent." }, { text: "The first is fine." })
  await say(session, "Look at the first, please.")
  const kept = (await ask("GET", `/session/${session}/message`)) as Message[]
  const child = kept.flatMap(({ parts }) => parts).find(({ tool }) => tool === "task")!.state!.metadata!.sessionId!
  model.queue(task("UNDONE task."), { text: "UNDONE by a subagent." })
  model.queue(task("UNDONE as well.", { task_id: child, resume: true }), { text: "UNDONE by the first again." })
  model.queue({ text: "UNDONE answer." })
  await say(session, "UNDONE prompt.")
  expect(model.left()).toBe(0)

  const share = async () => filesIn(dirname(fileURLToPath(await run("share", session))))
  const before = await share()
  expect(sub(before)).toHaveLength(2)
  expect(before["session.json"]).toContain("UNDONE by the first again.")

  const messages = (await ask("GET", `/session/${session}/message`)) as Message[]
  const messageID = messages.findLast(({ info }) => info.role === "user")!.info.id
  await ask("POST", `/session/${session}/revert`, { messageID })
  const clean = (files: Record<string, string>) => {
    expect(sub(files).length).toBeLessThanOrEqual(1)
    for (const [name, text] of Object.entries(files)) expect(text, name).not.toContain("UNDONE")
  }
  const pending = await share()
  clean(pending)
  expect(sub(pending)).toHaveLength(1)
  expect(pending["session.md"]).toContain("KEPT by the subagent.")
  for (const format of ["json", "md", "html"])
    clean({ [format]: await run("export", session, "--format", format, "--output", "-") })

  model.queue({ text: "Said after it." })
  await say(session, "Another way.")
  expect(((await ask("GET", `/session/${session}/children`)) as object[]).length).toBe(2)
  const final = await share()
  clean(final)
  expect(final["session.json"]).toContain("Said after it.")
  expect(sub(final)).toEqual(sub(pending))
  clean(filesIn(dirname(fileURLToPath(await run("preview", session)))))
  const archive = join(home, "archive")
  await run("export", "--all", "--output", archive)
  clean(filesIn(archive))
}, 180_000)

test("OpenCode's own import accepts session.json, and the session continues", async () => {
  const { id: session } = (await ask("POST", "/session", { title: "Comes back" })) as { id: string }
  model.queue({ reasoning: "Hm.", tools: [{ name: "read", args: { filePath: join(project, "a.txt") } }] })
  model.queue({ status: 401 })
  await say(session, "Read @a.txt").catch(() => {})
  model.queue({ text: "Read it." })
  await say(session, "And again?")
  const folder = dirname(fileURLToPath(await run("share", session)))
  const json = readFileSync(join(folder, "session.json"), "utf8")
  expect(json).toContain("APIError")
  expect(json).not.toMatch(/responseHeaders|responseBody|127\.0\.0\.1/)

  const elsewhere = join(home, "elsewhere")
  await mkdir(elsewhere)
  const other = await opencodeClient(elsewhere, model.url)
  expect(await other.run(elsewhere, "import", join(folder, "session.json"))).toContain(session)
  model.queue({ text: "It goes on." })
  await other.run(elsewhere, "run", "--session", session, "Go on.")
  const back = JSON.parse(await other.run(elsewhere, "export", session)) as { messages: Message[] }
  expect(back.messages.length).toBeGreaterThan(JSON.parse(json).messages.length)
  expect(JSON.stringify(back)).toContain("It goes on.")
}, 120_000)
