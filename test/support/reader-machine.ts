import { spawn } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { stripVTControlCharacters } from "node:util"
import { onTestFinished } from "vitest"
import type { DocsBlock } from "./docs.ts"
import { recordedDatabase } from "./opencode-database.ts"
import { fixture, ownHome, type Run } from "./run-command.ts"
import { startS3Server } from "./s3-server.ts"

/**
 * The machine of somebody who reads the documentation: an empty home, a project with sessions of OpenCode, the built
 * command on the PATH, and a bucket. Placeholders in the documentation stand for that bucket and that session.
 */
export async function readerMachine() {
  const home = ownHome()
  const server = await startS3Server({ publicRead: true, versions: "off" })
  onTestFinished(() => server.close())
  const session = installDatabase(home.file("data", "opencode", "opencode.db"), home.project)
  cpSync(fixture("questions"), path.join(home.project, "session.json"))
  const bin = home.file("bin")
  mkdirSync(bin)
  install(bin, "opencode-bucket", `exec '${process.execPath}' '${path.resolve("bin/opencode-bucket.js")}' "$@"`)
  install(bin, "npx", 'exec "$@"')

  const bucket = `s3://${server.bucket}`
  const placeholders: [string | RegExp, string][] = [
    [/ses_dfca812d1ffe\w*/g, session],
    [/s3:\/\/(?:team-)?shares\b/g, bucket],
    [/https:\/\/(?:minio\.corp\.example|<account>\.r2\.cloudflarestorage\.com)/g, server.endpoint],
    ["eu-central-1", server.region],
    ["https://shares.example.com", `${server.endpoint}/${server.bucket}`],
  ]
  const fill = (text: string) => placeholders.reduce((filled, [from, to]) => filled.replaceAll(from, to), text)
  const env = {
    ...server.environment,
    AWS_ENDPOINT_URL_S3: server.endpoint,
    OPENCODE_BUCKET_LISTEN: "127.0.0.1:0",
    PATH: `${bin}:${process.env["PATH"]}`,
    HOME: home.home,
    XDG_DATA_HOME: home.file("data"),
    XDG_CONFIG_HOME: home.file("config"),
    TERM: "xterm",
  }

  /** Runs a block as one script, which ends at the first command that fails. */
  function run({ text, typed, until }: DocsBlock): Promise<Run> {
    const script = `set -ex\n${fill(text)}`
    const [program, args] = typed
      ? ["script", ["-qefc", `stty cols 100 rows 40\n${script}`, "/dev/null"]]
      : ["sh", ["-c", script]]
    const child = spawn(program as string, args as string[], { cwd: home.project, env, detached: true })
    const answers = typed?.map((line) => fill(line.replaceAll("↓", "\x1b[B").replace("⏎", ""))) ?? []
    if (!typed) child.stdin.end()
    let [stdout, stderr, answered] = ["", "", 0]
    child.stdout.on("data", (chunk) => {
      stdout += chunk
      for (; answered < Math.min(questionsIn(stdout), answers.length); answered++)
        child.stdin.write(`${answers[answered]}\r`)
      if (typed && answered === answers.length) child.stdin.end()
      if (until !== undefined && stdout.includes(until)) process.kill(-child.pid!, "SIGTERM")
    })
    child.stderr.on("data", (chunk) => (stderr += chunk))
    return new Promise((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (status) => resolve({ status, stdout, stderr }))
    })
  }
  return { run }
}

/** Number of different questions on a screen; each is drawn again with every key. */
const questionsIn = (screen: string): number =>
  new Set([...stripVTControlCharacters(screen).matchAll(/◆ +(.+)/g)].map(([, question]) => question?.trim())).size

function install(folder: string, name: string, line: string): void {
  writeFileSync(path.join(folder, name), `#!/bin/sh\n${line}\n`)
  chmodSync(path.join(folder, name), 0o755)
}

/** Puts sessions written by the real client into a project. Returns the id of the newest one. */
function installDatabase(file: string, project: string): string {
  mkdirSync(path.dirname(file), { recursive: true })
  cpSync(recordedDatabase, file)
  const database = new DatabaseSync(file)
  database.prepare("UPDATE session SET directory = ?").run(project)
  database.prepare("UPDATE project SET worktree = ? WHERE id <> 'global'").run(project)
  const newest = database.prepare("SELECT id FROM session WHERE parent_id IS NULL ORDER BY time_updated DESC").get()
  database.close()
  return String(newest?.["id"])
}
