import { mkdtempSync, readdirSync, readFileSync, realpathSync } from "node:fs"
import { mkdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { type OpencodeClient, opencodeClient } from "./opencode-client.ts"
import { commitAll, request } from "./opencode-record.ts"
import { type StubModel, startStubModel } from "./stub-model.ts"

const root = path.dirname(path.dirname(import.meta.dirname))

/** The real client with the built plugin, in its own home and project. */
export interface PluggedClient {
  model: StubModel
  client: OpencodeClient
  home: string
  project: string
  /** Folder that shares go to by default. */
  bucket: string
  /** Sets keys of the user's opencode.json, with both lines of the plugin and its `options`. */
  configure(options: object, more?: object): Promise<void>
  /** Starts `opencode serve` in the project. */
  serve(more?: Record<string, string>, directory?: string): Promise<Served>
  /** Entries of the ledger. */
  ledger(): { id: string; session: string; state: string; url?: string; secret?: string; unconfirmed?: boolean }[]
  /** The latest problems in OpenCode's log, the plugin's included, each after a line break. */
  logged(): string
  /** All files of all shares, below the bucket. */
  files(): string[]
  close(): Promise<void>
}

export interface Served {
  url: string
  pid: number
  close(signal?: NodeJS.Signals): Promise<void>
  /** Starts a session; with a title, so that the model is not asked for one. */
  session(title: string): Promise<string>
  /** Sends a prompt and waits for the answer. */
  say(session: string, text: string): Promise<void>
  share(session: string): Promise<string>
  unshare(session: string): Promise<void>
  ask(method: string, path: string, body?: object): Promise<unknown>
  /** Events that the server sends to its clients, toasts included. */
  listen(): Promise<Listening>
}

interface Listening {
  said(): string
  close(): void
}

export async function pluggedClient(): Promise<PluggedClient> {
  const home = realpathSync(mkdtempSync(path.join(tmpdir(), "opencode-bucket-plugin-")))
  const project = path.join(home, "src", "calc")
  const bucket = path.join(home, "bucket")
  const data = path.join(home, ".local", "share", "opencode-bucket")
  await mkdir(project, { recursive: true })
  await writeFile(path.join(project, "README.md"), "# calc\n")
  commitAll(project)
  const model = await startStubModel()
  const client = await opencodeClient(home, model.url)
  const file = path.join(home, ".config", "opencode", "opencode.json")
  const plain: object = JSON.parse(await readFile(file, "utf8"))

  const running: { close(signal: NodeJS.Signals): Promise<void> }[] = []
  const plugged: PluggedClient = {
    model,
    client,
    home,
    project,
    bucket,
    async configure(options, more = {}) {
      const plugin = [[pathToFileURL(root).href, options]]
      await writeFile(
        file,
        JSON.stringify({ ...plain, plugin, enterprise: { url: DEAD_ENDPOINT_URL }, ...more }, null, 2),
      )
    },
    async serve(more, directory = project) {
      const served = await client.serve(directory, more)
      running.push(served)
      const ask = (method: string, path: string, body?: object) =>
        request(served.url, method, path, body).catch(async (error: Error) => {
          // OpenCode writes to its log a moment later.
          await pause(500)
          error.message += plugged.logged()
          throw error
        })
      return {
        ...served,
        ask,
        listen: () => listen(served.url, directory),
        session: async (title) => ((await ask("POST", "/session", { title })) as { id: string }).id,
        say: async (session, text) =>
          void (await ask("POST", `/session/${session}/message`, { parts: [{ type: "text", text }] })),
        share: async (session) =>
          ((await ask("POST", `/session/${session}/share`)) as { share: { url: string } }).share.url,
        unshare: async (session) => void (await ask("DELETE", `/session/${session}/share`)),
      }
    },
    ledger() {
      const folder = path.join(data, "ledger")
      return listed(folder)
        .filter((name) => name.endsWith(".json"))
        .flatMap((name) => {
          // A listed entry may be removed by now.
          const text = textOf(path.join(folder, name))
          return text === undefined ? [] : [JSON.parse(text)]
        })
    },
    logged() {
      const folder = path.join(home, ".local", "share", "opencode", "log")
      const lines = listed(folder).flatMap((name) => readFileSync(path.join(folder, name), "utf8").split("\n"))
      const telling = lines.filter((line) => /level=(?:ERROR|WARN)/.test(line))
      return ["", ...telling.slice(-20)].join("\n")
    },
    files: () => listed(bucket),
    async close() {
      // Servers left by a failed test.
      for (const served of running) await served.close("SIGKILL")
      await model.close()
      await rm(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  await plugged.configure({ to: bucket })
  return plugged
}

/** Records the events that OpenCode's server sends to its clients, toasts included. */
async function listen(url: string, directory: string): Promise<Listening> {
  const ended = new AbortController()
  const { body } = await fetch(`${url}/event?directory=${encodeURIComponent(directory)}`, {
    signal: ended.signal,
  })
  let said = ""
  const read = async () => {
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) said += chunk
  }
  read().catch(() => {})
  return { said: () => said, close: () => ended.abort() }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return undefined
  }
}

/** Files below a folder; none if it does not exist. */
function listed(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? path.join(path.relative(folder, entry.parentPath), entry.name) : [],
    )
  } catch {
    return []
  }
}

/** Text of the page at a link into a folder; "" if there is none. */
export async function pageAt(link: string): Promise<string> {
  return readFile(fileURLToPath(link), "utf8").catch(() => "")
}

const pause = promisify(setTimeout)

/** Waits until `look` returns a truthy value; rejects with its last value on timeout. */
export async function until<T>(look: () => T | Promise<T>, isSo: (value: T) => boolean, limit = 60_000): Promise<T> {
  const end = Date.now() + limit
  for (;;) {
    const value = await look()
    if (isSo(value)) return value
    if (Date.now() > end) throw new Error(`It did not come to that: ${JSON.stringify(value)?.slice(0, 2000)}`)
    await pause(100)
  }
}
