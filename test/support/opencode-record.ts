import { execFileSync } from "node:child_process"
import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { type OpencodeClient, opencodeClient } from "./opencode-client.ts"
import { type StubModel, startStubModel } from "./stub-model.ts"

/** Ids of the recorded sessions, by purpose. */
export interface Recorded {
  /** Several tools and a subagent. */
  tools: string
  /** Its last prompt was undone. */
  undone: string
  archived: string
  /** In `notes`, a folder outside any repository. */
  notes: string
}

/** Creates a git repository `calc`, and a folder `notes` outside any, both below `folder`. */
export async function makeProjects(folder: string): Promise<{ calc: string; notes: string }> {
  const calc = join(folder, "calc")
  const notes = join(folder, "notes")
  await mkdir(join(calc, "src"), { recursive: true })
  await mkdir(notes, { recursive: true })
  await writeFile(join(calc, "src", "math.ts"), "export function add(a: number, b: number) {\n  return a - b\n}\n")
  await writeFile(join(calc, "fruit.txt"), "apple\nbanana\n")
  commitAll(calc)
  return { calc, notes }
}

/** Makes the folder a git repository with all of its files in one commit. */
export function commitAll(folder: string): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Dana", "-c", "user.email=dana@example.com", ...args], { cwd: folder })
  git("init", "--quiet", "--initial-branch=main")
  git("add", ".")
  git("commit", "--quiet", "--message=Start")
}

/** Runs the real client on the projects. Afterwards, the session `tools` is the newest one of `calc`. */
export async function recordSessions(
  client: OpencodeClient,
  model: StubModel,
  { calc, notes }: { calc: string; notes: string },
): Promise<Recorded> {
  model.queue({ text: "Noted." })
  await client.run(notes, "run", "--title", "Notes", "remember the milk")
  model.queue({ text: "This is over." })
  await client.run(calc, "run", "--title", "Archived", "hello")
  model.queue({ text: "First answer." }, { text: "An answer that was taken back." })
  await client.run(calc, "run", "--title", "Undone", "first prompt")
  const [undone] = await sessionsOf(client, calc)
  await client.run(calc, "run", "--session", undone!.id, "a prompt that was taken back")

  const server = await client.serve(calc)
  const listed = await sessionsOf(client, calc)
  const id = (title: string) => listed.find((session) => session.title === title)!.id
  try {
    const path = `/session/${id("Undone")}`
    const messages = (await request(server.url, "GET", `${path}/message`)) as { info: { id: string; role: string } }[]
    const messageID = messages.findLast(({ info }) => info.role === "user")!.info.id
    await request(server.url, "POST", `${path}/revert`, { messageID })
    await request(server.url, "PATCH", `/session/${id("Archived")}`, { time: { archived: Date.now() } })
  } finally {
    await server.close()
  }

  model.queue(...toolReplies(calc))
  await client.run(calc, "run", "--title", "Fix add()", "Please fix add() & tell me of the fruit")
  const [tools] = await sessionsOf(client, calc)
  const [noted] = await sessionsOf(client, notes)
  return { tools: tools!.id, undone: id("Undone"), archived: id("Archived"), notes: noted!.id }
}

async function sessionsOf(client: OpencodeClient, directory: string): Promise<{ id: string; title: string }[]> {
  return JSON.parse(await client.run(directory, "session", "list", "--format", "json"))
}

/** Sends a request to the client's own server at `url`; returns the parsed response. Rejects if it is refused. */
export async function request(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(url + path, {
    method,
    // The next server may listen on the same port, so the connection is not reused.
    headers: { connection: "close", "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

function toolReplies(calc: string) {
  const math = join(calc, "src", "math.ts")
  const edit = { filePath: math, oldString: "a - b", newString: "a + b" }
  const todos = [
    { content: "Fix add()", status: "completed", priority: "high" },
    { content: "Ask for the fruit", status: "in_progress", priority: "low" },
  ]
  const task = { description: "Read the fruit", prompt: "Read fruit.txt and name the fruit.", subagent_type: "general" }
  return [
    { reasoning: "First the **source**.", text: "Looking.", tools: [{ name: "read", args: { filePath: math } }] },
    { tools: [{ name: "edit", args: edit }] },
    { tools: [{ name: "write", args: { filePath: join(calc, "NEWS.md"), content: "# News\n\n`add` adds.\n" } }] },
    { tools: [{ name: "bash", args: { command: "printf '\\033[32mok\\033[0m\\n'; exit 3", description: "Fails" } }] },
    { tools: [{ name: "todowrite", args: { todos } }] },
    { tools: [{ name: "no_such_tool", args: {} }] },
    { tools: [{ name: "task", args: task }] },
    { tools: [{ name: "read", args: { filePath: join(calc, "fruit.txt") } }] },
    { text: "The fruit are **apple** and **banana**." },
    { text: "`add` adds now; the fruit are apple and banana." },
  ]
}

/** Copies a database into `target`: one file, without a WAL beside it and without unused tables. */
function copyDatabase(source: string, target: string): void {
  const original = new DatabaseSync(source)
  original.prepare("VACUUM INTO ?").run(target)
  original.close()
  const copy = new DatabaseSync(target)
  const kept = new Set(["session", "message", "part", "project", "todo"])
  const tables = copy.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all()
  copy.exec("PRAGMA foreign_keys = OFF")
  for (const { name } of tables) if (!kept.has(String(name))) copy.exec(`DROP TABLE "${name}"`)
  copy.exec("PRAGMA journal_mode = DELETE; VACUUM")
  copy.close()
}

// Run by hand, as root in a container: the home folder belongs to no real person, because its path is in the sessions.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const home = "/home/dana"
  await mkdir(home)
  const model = await startStubModel()
  try {
    const client = await opencodeClient(home, model.url)
    console.log(await recordSessions(client, model, await makeProjects(join(home, "src"))))
    const target = fileURLToPath(new URL("../fixtures/opencode.db", import.meta.url))
    await rm(target, { force: true })
    copyDatabase(join(home, ".local", "share", "opencode", "opencode.db"), target)
  } finally {
    await model.close()
    await rm(home, { recursive: true, force: true })
  }
}
