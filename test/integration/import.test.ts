import { mkdtempSync, realpathSync } from "node:fs"
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path, { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type OpencodeClient, opencodeClient } from "../support/opencode-client.ts"
import { idOf, recordedDatabase } from "../support/opencode-database.ts"
import { ownHome, type Run } from "../support/run-command.ts"
import { serveFolder } from "../support/static-server.ts"
import { type StubModel, startStubModel } from "../support/stub-model.ts"

const folder = realpathSync(mkdtempSync(join(tmpdir(), "opencode-bucket-import-test-")))
const [here, there] = [join(folder, "here"), join(folder, "there")]
// Recorded by the real client, on a machine of its own.
const recorded = { tools: idOf("Fix add()"), undone: idOf("Undone") }
let model: StubModel
let first: OpencodeClient
let second: OpencodeClient

beforeAll(async () => {
  model = await startStubModel()
  await mkdir(join(here, ".local", "share", "opencode"), { recursive: true })
  await mkdir(there)
  await cp(recordedDatabase, join(here, ".local", "share", "opencode", "opencode.db"))
  first = await opencodeClient(here, model.url)
  second = await opencodeClient(there, model.url)
})

afterAll(async () => {
  await model?.close()
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** Runs the command as the user of that client. */
async function run(client: OpencodeClient, cwd: string, ...args: string[]): Promise<Run> {
  const PATH = dirname(client.binary) + delimiter + client.env["PATH"]
  const env = {
    ...client.env,
    PATH,
    XDG_DATA_HOME: join(client.env["HOME"]!, ".local", "share"),
    XDG_CONFIG_HOME: join(client.env["HOME"]!, ".config"),
  }
  return ownHome().run(args, { env, cwd })
}

/** The pages of a share by name, without the share's own id. */
async function pages(link: string): Promise<Record<string, string>> {
  const at = dirname(fileURLToPath(link))
  const names = (await readdir(at)).filter((name) => /\.(?:html|md)$/.test(name))
  const texts = await Promise.all(names.map((name) => readFile(join(at, name), "utf8")))
  return Object.fromEntries(names.map((name, i) => [name, texts[i]!.replaceAll(path.basename(at), "ID")]))
}

test("a session is shared, imported on a second machine with the same pages, continued there and shared again", async () => {
  const link = (await run(first, here, "share", recorded.tools)).stdout.trim()
  const elsewhere = join(there, "work")
  await mkdir(elsewhere)
  const imported = await run(second, elsewhere, "import", link)
  expect(imported).toMatchObject({ status: 0, stdout: `${recorded.tools}\n` })
  expect(imported.stderr).toContain("and 1 subagent session")

  const again = (await run(second, elsewhere, "share", recorded.tools)).stdout.trim()
  const [before, after] = [await pages(link), await pages(again)]
  expect(Object.keys(before).some((name) => name.startsWith("sub-"))).toBe(true)
  // Importing changes the project, its folder and the path in it, which no page shows.
  expect(after).toEqual(before)
  const record = async (link: string) =>
    JSON.parse(await readFile(join(dirname(fileURLToPath(link)), "session.json"), "utf8"))
  const [own, copy] = [await record(link), await record(again)]
  const changed = Object.keys(own.info).filter(
    (key) => JSON.stringify(own.info[key]) !== JSON.stringify(copy.info[key]),
  )
  expect(changed.sort()).toEqual(
    ["directory", "path", "permission", "projectID"].filter((key) => changed.includes(key)),
  )
  expect(copy.messages).toEqual(own.messages)

  const refused = await run(second, elsewhere, "import", link)
  expect(refused).toMatchObject({ status: 2, stdout: "" })
  expect(refused.stderr).toMatch(/Session ses_\w+ already exists/)

  model.queue({ text: "The work goes on elsewhere." })
  await second.run(elsewhere, "run", "--session", recorded.tools, "and now?")
  expect((await run(second, elsewhere, "share", recorded.tools)).stdout.trim()).toBe(again)
  const grown = await pages(again)
  expect(grown["index.html"]).toContain("and now?")
  expect(grown["index.html"]).toContain("The work goes on elsewhere.")
})

test("a public link to a session without attachments and outputs is imported", async () => {
  const shared = await run(first, here, "share", recorded.undone, "--omit", "reasoning,tool-output,attachments")
  const served = await serveFolder(dirname(dirname(dirname(fileURLToPath(shared.stdout.trim())))))
  const link = `${served.url}/s/${path.basename(dirname(fileURLToPath(shared.stdout.trim())))}/`
  expect(await run(second, join(there, "work"), "import", link)).toMatchObject({
    status: 0,
    stdout: `${recorded.undone}\n`,
  })
  const back = JSON.parse(await second.run(join(there, "work"), "export", recorded.undone))
  expect(JSON.stringify(back)).toContain("first prompt")
  expect(JSON.stringify(back)).not.toContain("taken back")
})
