import { existsSync } from "node:fs"
import path from "node:path"
import { DEAD_ENDPOINT_LINE, isDeadEndpoint, sharesElsewhereError } from "../config/dead-endpoint.ts"
import { resolveEnterprise } from "../config/enterprise.ts"
import { type ConfigFile, openConfiguration, readConfigFile } from "../config/opencode.ts"
import { openCodeConfigFolder } from "../config/paths.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { type Finding, failureFinding } from "../doctor/finding.ts"
import { ShareError } from "../errors.ts"
import { generationsAt, newestSessionError } from "../session/database.ts"
import { databasePath } from "../session/database-path.ts"
import { hasOwnSharing, isOpencode2, opencodeVersion } from "../session/opencode-cli.ts"
import type { Terminal } from "./terminal.ts"

/** Name of the finding about the newest session of this project. */
export const NEWEST_SESSION = "Newest session"
/** Name of the finding about the plugin's configuration, which this command does not need in order to share. */
export const PLUGIN = "Plugin"

/**
 * Checks OpenCode on this machine: version, share mode, plugin configuration, database, and whether the newest session is
 * readable.
 */
export async function openCodeFindings(terminal: Terminal): Promise<Finding[]> {
  const version = await opencodeVersion(terminal.env)
  return [...mode(terminal, version), installed(version), database(terminal), ...newestSession(terminal)]
}

/** A failure if `share` without an argument would fail on this project's newest session; otherwise empty. */
function newestSession({ env, home, cwd }: Terminal): Finding[] {
  const error = newestSessionError(databasePath(env, home), cwd)
  return error === undefined ? [] : [failureFinding(NEWEST_SESSION, error)]
}

function mode(terminal: Terminal, version: string | undefined): Finding[] {
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
  const auto = version !== undefined && isOpencode2(version) ? "after its first finished turn" : "from its start"
  const says =
    set === undefined
      ? "manual: sessions are shared only on request"
      : `${set.share}, set in ${set.name}${set.share === "auto" ? `: every session is shared ${auto}` : ""}`
  return [{ about, state: "ok", says }, plugin(terminal, files, version)]
}

function plugin(terminal: Terminal, files: ConfigFile[], version: string | undefined): Finding {
  const about = PLUGIN
  const twice = files.find(({ listedIn }) => listedIn.length > 1)
  if (twice)
    return {
      about,
      state: "fail",
      says: `named in both "plugin" and "plugins" of ${twice.name}: OpenCode 2 then loads neither`,
      remedy: `Remove it from "plugins"; both generations of OpenCode read "plugin".`,
    }
  const isV2 = version !== undefined && isOpencode2(version)
  const policy = isV2 ? files.findLast(({ isAllowed }) => isAllowed !== undefined) : undefined
  if (policy?.isAllowed === false)
    return {
      about,
      state: "fail",
      says: `forbidden by the policy "plugin.use" in ${policy.name}: OpenCode has no /share`,
      remedy: `Allow it there: { "action": "plugin.use", "resource": "opencode-bucket", "effect": "allow" }. This command works without it.`,
    }
  if (version === undefined || hasOwnSharing(version)) return pluginWithOwnSharing(terminal, files)
  const entry = files.findLast(({ isPlugin }) => isPlugin)
  const isV2Only = !isV2 && entry?.listedIn.includes("plugins") === true
  if (entry === undefined || isV2Only)
    return {
      about,
      state: "note",
      says: `not in the "plugin" list of opencode.json: OpenCode ${version} has no /share; this command shares`,
      remedy: `To add /share: run opencode-bucket init, or add "plugin": ["opencode-bucket"] in opencode.json.`,
    }
  const missing = isV2 ? undefined : missingTerminalPart(terminal)
  if (missing) return missing
  const double = isV2 ? listedInCli(terminal) : undefined
  if (double) return double
  return { about, state: "ok", says: `in ${entry.name}: /share uses these settings` }
}

/** OpenCode 1 loads the terminal part of a plugin only from `tui.json`. */
function missingTerminalPart(terminal: Terminal): Finding | undefined {
  const folder = openCodeConfigFolder(terminal)
  const names = ["tui.json", "tui.jsonc"].map((name) => path.join(folder, name))
  if (names.some((name) => existsSync(name) && readConfigFile(name, "user")?.isPlugin)) return undefined
  return {
    about: PLUGIN,
    state: "fail",
    says: `not in ${names[0]}: OpenCode has no /share`,
    remedy: `Run opencode-bucket init, or add "plugin": ["opencode-bucket"] there.`,
  }
}

/** OpenCode 2 finds the terminal part by itself; a second entry has the same id. */
function listedInCli(terminal: Terminal): Finding | undefined {
  const name = path.join(openCodeConfigFolder(terminal), "cli.json")
  if (!existsSync(name) || !readConfigFile(name, "user")?.isPlugin) return undefined
  return {
    about: PLUGIN,
    state: "warn",
    says: `also named in ${name}: OpenCode 2 would load its terminal part twice`,
    remedy: "Remove it there; the entry in opencode.json suffices.",
  }
}

/** Checks that both plugin lines are present: with only one, OpenCode shares elsewhere or not at all. */
function pluginWithOwnSharing(terminal: Terminal, files: ConfigFile[]): Finding {
  const about = PLUGIN
  const entry = files.findLast(({ listedIn }) => listedIn.includes("plugin"))
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

function installed(version: string | undefined): Finding {
  const about = "OpenCode"
  if (version === undefined)
    return { about, state: "note", says: "no version found on the PATH; sessions can still be shared" }
  if (hasOwnSharing(version)) return { about, state: "ok", says: version }
  return { about, state: "ok", says: `${version}, without sharing of its own: /share comes from this package's plugin` }
}

function database({ env, home }: Terminal): Finding {
  const file = databasePath(env, home)
  const about = "Database"
  const generations = generationsAt(file)
  if (generations === undefined) return { about, state: "note", says: `no readable database at ${file}` }
  const named = generations.length === 0 ? "no sessions" : `sessions of OpenCode ${generations.join(" and ")}`
  return { about, state: "ok", says: `${file}: ${named}` }
}
