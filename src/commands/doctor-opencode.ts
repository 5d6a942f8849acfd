import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { DEAD_ENDPOINT_LINE, isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { resolveEnterprise } from "../config/enterprise.ts"
import { type ConfigFile, readConfigFiles } from "../config/opencode.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { type Finding, failureFinding } from "../doctor/finding.ts"
import { ShareError } from "../errors.ts"
import { assertNewestAt } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { isOpencode2, versionIn } from "../session/opencode-cli.ts"
import type { Terminal } from "./terminal.ts"

/** What a finding about the newest session of this project is called. */
export const NEWEST_SESSION = "Newest session"
/** The finding about the plugin's lines: without them, this command shares all the same. */
export const PLUGIN = "Plugin"

/**
 * What there is to know of the OpenCode on this machine: whether it may share, how, whether it knows this package, and
 * whether the newest session is one that can be read.
 */
export async function openCodeFindings(terminal: Terminal): Promise<Finding[]> {
  return [...mode(terminal), await installed(terminal), ...newestSession(terminal)]
}

/** Fails where `share` without an argument would; says nothing where it would not. */
function newestSession({ env, home, cwd }: Terminal): Finding[] {
  try {
    assertNewestAt(databasePath(env, home), cwd)
    return []
  } catch (error) {
    return [failureFinding(NEWEST_SESSION, error)]
  }
}

function mode(terminal: Terminal): Finding[] {
  const about = "Share mode"
  try {
    assertSharingAllowed(terminal)
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    return [failureFinding(about, error)]
  }
  const files = readConfigFiles(terminal)
  const set = files.findLast(({ share }) => typeof share === "string")
  const says =
    set === undefined
      ? "manual: a session is shared when somebody says so"
      : `${set.share}, set in ${set.name}${set.share === "auto" ? ": every session is shared as soon as it begins" : ""}`
  return [{ about, state: "ok", says }, plugin(terminal, files)]
}

/** The two lines of the plugin: one without the other shares elsewhere, or with nobody. */
function plugin(terminal: Terminal, files: ConfigFile[]): Finding {
  const about = PLUGIN
  const entry = files.findLast(({ isPlugin }) => isPlugin)
  const enterprise = resolveEnterprise(terminal)
  const isClosed = isDeadEndpoint(enterprise.url)
  if (entry && isClosed) return { about, state: "ok", says: `in ${entry.name}: /share goes where the settings say` }
  if (entry) return failureFinding(about, sharesElsewhereError(enterprise, entry.name))
  if (isClosed)
    return {
      ...{ about, state: "fail" },
      says: `in no opencode.json, while "enterprise" in ${enterprise.name} leads nowhere: OpenCode's /share fails`,
      remedy: `Add "plugin": ["opencode-bucket"] to ${enterprise.name} (opencode-bucket init does), or remove "enterprise".`,
    }
  return {
    ...{ about, state: "note" },
    says: "not in opencode.json: OpenCode's own /share does not go through this package, only this command does",
    remedy: `To have it so: opencode-bucket init, or "plugin": ["opencode-bucket"] and ${DEAD_ENDPOINT_LINE} in opencode.json.`,
  }
}

async function installed({ env, cwd, platform }: Terminal): Promise<Finding> {
  const about = "OpenCode"
  try {
    const options = { cwd, env, timeout: 10_000, shell: platform === "win32" }
    const { stdout } = await promisify(execFile)("opencode", ["--version"], options)
    const version = versionIn(stdout)
    if (version === undefined || !isOpencode2(version)) return { about, state: "ok", says: stdout.trim() }
    return {
      ...{ about, state: "warn" },
      says: `${version}: only sessions of OpenCode 1 can be shared yet, and OpenCode 2 does not load the plugin`,
      remedy: "Share what was said in OpenCode 1, or update opencode-bucket once a version reads OpenCode 2.",
    }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT"
    const says = missing
      ? "not found on the PATH; exported sessions can be shared all the same"
      : "does not tell its version"
    return { about, state: "note", says }
  }
}
