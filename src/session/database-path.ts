import { homedir } from "node:os"
import { isAbsolute, join } from "node:path"

export type Environment = Record<string, string | undefined>

/**
 * Path of OpenCode's database (as of 1.18.33, `opencode db path`): `OPENCODE_DB`, relative to the data folder, or
 * `opencode.db` in that folder. OpenCode uses the XDG data folder on every platform.
 */
export function databasePath(env: Environment, home = env["HOME"] || homedir()): string {
  const data = join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "opencode")
  const configuredPath = env["OPENCODE_DB"]
  if (!configuredPath) return join(data, "opencode.db")
  return isAbsolute(configuredPath) ? configuredPath : join(data, configuredPath)
}
