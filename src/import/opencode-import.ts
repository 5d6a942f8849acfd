import { mkdtemp, rm, writeFile } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { databaseSource } from "../session/database.ts"
import type { Environment } from "../session/database-path.ts"
import { isOpencode2, type OpencodeOutput, opencodeVersion, runOpencode } from "../session/opencode-cli.ts"
import type { OpencodeExport } from "./opencode-export.ts"

export interface ImportOptions {
  env: Environment
  /** The folder whose project the session will belong to. */
  cwd: string
  /** Path of OpenCode's database. */
  database: string
}

/** Whether this machine's OpenCode already has a session, in either generation. */
export async function hasSession(sessionID: string, { env, database }: ImportOptions): Promise<boolean> {
  try {
    await databaseSource({ sessionID }, { env, path: database }).read(async () => {})
    return true
  } catch (error) {
    if (error instanceof ShareError && error.code === "session-not-found") return false
    // A session without messages exists, too.
    if (error instanceof ShareError && error.code === "bad-input") return true
    throw error
  }
}

/**
 * Returns the generation that will import a session. Throws `bad-input` if `opencode` on the PATH is of the other
 * generation, whose format differs.
 */
export async function importGeneration(isV2: boolean, env: Environment): Promise<1 | 2> {
  const version = await opencodeVersion(env)
  const generation = version !== undefined && isOpencode2(version) ? 2 : 1
  // If `opencode` does not start, importing says so.
  if (version === undefined || isV2 === (generation === 2)) return isV2 ? 2 : 1
  throw new ShareError(
    "bad-input",
    isV2
      ? `The session is of OpenCode 2, and \`opencode\` on the PATH is version ${version}, which cannot import it.`
      : `The session is of OpenCode 1, and \`opencode\` on the PATH is version ${version}, which refuses sessions of OpenCode 1.`,
    { hint: `Put OpenCode ${isV2 ? 2 : 1} first on the PATH, or read the shared page.` },
  )
}

/**
 * Runs `opencode import`, of OpenCode 2 `opencode session import`, and checks that all messages have arrived. Throws `session-not-found` if `opencode` does not
 * start, `bad-input` if it rejects the session.
 */
export async function importIntoOpencode(
  { id, exported, messages }: OpencodeExport,
  generation: 1 | 2,
  options: ImportOptions,
): Promise<void> {
  const { env, cwd, database } = options
  const folder = await mkdtemp(path.join(os.tmpdir(), "opencode-bucket-import-"))
  try {
    const file = path.join(folder, "session.json")
    await writeFile(file, JSON.stringify(exported))
    let answer: OpencodeOutput
    try {
      const quoted = (name: string) => (process.platform === "win32" ? `"${name}"` : name)
      const command =
        generation === 2 ? ["session", "import", quoted(file), "--directory", quoted(cwd)] : ["import", quoted(file)]
      answer = await runOpencode(command, env, cwd)
    } catch (cause) {
      throw new ShareError("session-not-found", "`opencode` does not start, so nothing can be imported.", {
        hint: "Put `opencode` on the PATH.",
        cause,
      })
    }
    // OpenCode 1 exits with 0 even if it imported nothing, so check its output.
    const said = new TextDecoder().decode(answer.stdout)
    if (answer.failure || (generation === 1 && !said.includes(`Imported session: ${id}`)))
      throw refused(id, answer.failure ?? new Error(said.trim()))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const arrived = await countMessages(id, env, database)
  if (arrived !== undefined && arrived < messages) throw refused(id, new Error(`${arrived} of ${messages} messages`))
}

const refused = (id: string, cause: Error) =>
  new ShareError(
    "bad-input",
    `OpenCode did not take all of session ${id}: ${cause.message.split("\n", 1)[0]?.slice(0, 300)}`,
    {
      hint: "`opencode upgrade` may help; what has arrived goes with `opencode session delete`.",
      cause,
    },
  )

/** Number of the session's messages in the database; undefined if it cannot be read. */
async function countMessages(sessionID: string, env: Environment, database: string): Promise<number | undefined> {
  try {
    return await databaseSource({ sessionID }, { env, path: database }).read(async (record) => {
      let count = 0
      for await (const _ of record.messages()) count++
      return count
    })
  } catch {
    return undefined
  }
}
