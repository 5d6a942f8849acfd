import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { DEAD_ENDPOINT_LINE, isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { resolveEnterprise } from "../config/enterprise.ts"
import { type ConfigFile, openConfiguration } from "../config/opencode.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { type Finding, failureFinding } from "../doctor/finding.ts"
import { ShareError } from "../errors.ts"
import { newestSessionError } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { versionIn } from "../session/opencode-cli.ts"
import type { Terminal } from "./terminal.ts"

/** Name of the finding about the newest session of this project. */
export const NEWEST_SESSION = "Newest session"
/** Name of the finding about the plugin's configuration, which this command does not need in order to share. */
export const PLUGIN = "Plugin"

/**
 * Checks OpenCode on this machine: share mode, plugin configuration, installed version, and whether the newest session
 * is readable.
 */
export async function openCodeFindings(terminal: Terminal): Promise<Finding[]> {
  return [...mode(terminal), await installed(terminal), ...newestSession(terminal)]
}

/** A failure if `share` without an argument would fail on this project's newest session; otherwise empty. */
function newestSession({ env, home, cwd }: Terminal): Finding[] {
  const error = newestSessionError(databasePath(env, home), cwd)
  return error === undefined ? [] : [failureFinding(NEWEST_SESSION, error)]
}

function mode(terminal: Terminal): Finding[] {
  const about = "Share mode"
  const configuration = openConfiguration(terminal)
  try {
    assertSharingAllowed(terminal, terminal.cwd, configuration)
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    return [failureFinding(about, error)]
  }
  const files = configuration.filesFor()
  const set = files.findLast(({ share }) => typeof share === "string")
  const says =
    set === undefined
      ? "manual: sessions are shared only on request"
      : `${set.share}, set in ${set.name}${set.share === "auto" ? ": every session is shared from its start" : ""}`
  return [{ about, state: "ok", says }, plugin(terminal, files)]
}

/** Checks that both plugin lines are present: with only one, OpenCode shares elsewhere or not at all. */
function plugin(terminal: Terminal, files: ConfigFile[]): Finding {
  const about = PLUGIN
  const entry = files.findLast(({ isPlugin }) => isPlugin)
  const enterprise = resolveEnterprise(terminal)
  const isClosed = isDeadEndpoint(enterprise.url)
  if (entry && isClosed) return { about, state: "ok", says: `in ${entry.name}: /share uses these settings` }
  if (entry) return failureFinding(about, sharesElsewhereError(enterprise, entry.name))
  if (isClosed)
    return {
      about,
      state: "fail",
      says: `not in opencode.json, while "enterprise" in ${enterprise.name} is set to the dead endpoint: OpenCode's /share fails`,
      remedy: `Add "plugin": ["opencode-bucket"] to ${enterprise.name} (opencode-bucket init does), or remove "enterprise".`,
    }
  return {
    about,
    state: "note",
    says: "not in opencode.json: OpenCode's own /share does not use this package; this command does",
    remedy: `To change that: run opencode-bucket init, or add "plugin": ["opencode-bucket"] and ${DEAD_ENDPOINT_LINE} in opencode.json.`,
  }
}

async function installed(terminal: Terminal): Promise<Finding> {
  const about = "OpenCode"
  try {
    return { about, state: "ok", says: await openCodeVersion(terminal) }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT"
    const says = missing
      ? "not found on the PATH; exported sessions can still be shared"
      : "version unknown: opencode --version failed"
    return { about, state: "note", says }
  }
}

/** The version of `opencode` on the PATH. Throws if there is none, or if it does not print one. */
export async function openCodeVersion({ env, cwd, platform }: Terminal): Promise<string> {
  const options = { cwd, env, timeout: 10_000, shell: platform === "win32" }
  const { stdout } = await promisify(execFile)("opencode", ["--version"], options)
  return versionIn(stdout) ?? stdout.trim()
}
