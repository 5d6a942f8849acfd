import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { NOWHERE } from "../config/nowhere.ts"
import { type ConfigFile, readConfigFiles } from "../config/opencode.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { type Finding, failure } from "../doctor/finding.ts"
import { ShareError } from "../errors.ts"
import type { Terminal } from "./terminal.ts"

/** What there is to know of the OpenCode on this machine: whether it may share, how, and whether it knows this package. */
export async function openCodeFindings(terminal: Terminal): Promise<Finding[]> {
  return [...mode(terminal), await installed(terminal)]
}

function mode(terminal: Terminal): Finding[] {
  const about = "Share mode"
  try {
    assertSharingAllowed(terminal)
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    return [failure(about, error)]
  }
  const files = readConfigFiles(terminal)
  const set = files.findLast(({ share }) => typeof share === "string")
  const says =
    set === undefined
      ? "manual: a session is shared when somebody says so"
      : `${set.share}, set in ${set.name}${set.share === "auto" ? ": every session is shared as soon as it begins" : ""}`
  return [{ about, state: "ok", says }, plugin(files)]
}

function plugin(files: ConfigFile[]): Finding {
  const about = "Plugin"
  const entry = files.findLast(({ isPlugin }) => isPlugin)
  if (!entry)
    return {
      ...{ about, state: "note" },
      says: "not in opencode.json: OpenCode's own /share does not go through this package, only this command does",
      remedy: 'To have it so: opencode-bucket init, or "plugin": ["opencode-bucket"] in opencode.json.',
    }
  const says = `in ${entry.name}: /share goes where the settings say`
  if (files.some(({ enterprise }) => typeof enterprise === "string")) return { about, state: "ok", says }
  return {
    ...{ about, state: "warn" },
    says: `${says}; but where OpenCode cannot load it, to OpenCode's public service`,
    remedy: `To have it fail there instead, "enterprise": { "url": "${NOWHERE}" } in ${entry.name}.`,
  }
}

async function installed({ env, cwd, platform }: Terminal): Promise<Finding> {
  const about = "OpenCode"
  try {
    const options = { cwd, env, timeout: 10_000, shell: platform === "win32" }
    const { stdout } = await promisify(execFile)("opencode", ["--version"], options)
    return { about, state: "ok", says: stdout.trim() }
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT"
    const says = missing
      ? "not found on the PATH; exported sessions can be shared all the same"
      : "does not tell its version"
    return { about, state: "note", says }
  }
}
