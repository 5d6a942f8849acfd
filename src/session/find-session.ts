import { existsSync } from "node:fs"
import { isAbsolute, join } from "node:path"
import { ShareError } from "../errors.ts"
import { databaseSource } from "./database.ts"
import { databasePath, type Environment } from "./database-path.ts"
import { exportFile, exportStdin } from "./export-file.ts"
import type { SessionSource } from "./source.ts"

export interface LookupContext {
  /** Absolute path of the folder that relative paths and "this project" refer to. */
  cwd: string
  stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean }
  env: Environment
  /** Home folder, parent of OpenCode's data folder. Default: `HOME`. */
  home?: string
}

/**
 * Resolves a session argument to its source: `-` is standard input, `ses_…` an id, an existing file or anything that
 * looks like a path an export file, and no argument the newest session of this project. Throws `bad-usage` for anything
 * else. Does not check that the session exists; reading does.
 */
export function findSession(argument: string | undefined, { cwd, stdin, env, home }: LookupContext): SessionSource {
  const options = { env, path: databasePath(env, home) }
  if (argument === undefined) return databaseSource({ newestIn: cwd }, options)
  if (argument === "-") return exportStdin(stdin)
  const path = isAbsolute(argument) ? argument : join(cwd, argument)
  if (argument !== "" && existsSync(path)) return exportFile(path)
  if (/^ses_[A-Za-z0-9]+$/.test(argument)) return databaseSource({ sessionID: argument }, options)
  if (/[/\\]|\.json$/i.test(argument)) return exportFile(path)
  throw new ShareError("bad-usage", `"${argument}" is neither a session id nor an export file.`, {
    hint: "Give a session id (ses_…, see `opencode session list`), a file, or - for standard input; or no argument for the newest session of this project.",
  })
}
