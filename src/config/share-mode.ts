import { ShareError } from "../errors.ts"
import { type ConfigFile, type Configuration, openConfiguration } from "./opencode.ts"
import type { SystemEnvironment } from "./paths.ts"

const modes: unknown[] = ["manual", "auto", "disabled"]

/** Whether a value is one of OpenCode's share modes, or undefined. */
export const isShareMode = (mode: unknown): boolean => mode === undefined || modes.includes(mode)

/**
 * Throws `sharing-disabled` if sharing is off in a folder: `"share": "disabled"` in any configuration file that applies
 * there (no other file can re-enable it), or `OPENCODE_DISABLE_SHARE`. An unknown mode may be a misspelt `disabled`, so
 * it also turns sharing off.
 */
export function assertSharingAllowed(
  system: SystemEnvironment,
  folder = system.cwd,
  configuration: Configuration = openConfiguration(system),
): void {
  const variable = system.env["OPENCODE_DISABLE_SHARE"]?.trim().toLowerCase() ?? ""
  if (variable === "1" || variable === "true") throw disabledBy("OPENCODE_DISABLE_SHARE")
  if (!["", "0", "false"].includes(variable))
    throw unknownMode(`OPENCODE_DISABLE_SHARE=${system.env["OPENCODE_DISABLE_SHARE"]}`, "1 or 0")
  const files = configuration.filesFor(folder).map((file) => ({ ...file, share: modeIn(file, system) }))
  const disabled = files.find(({ share }) => share === "disabled")
  if (disabled) throw disabledBy(disabled.name)
  const unknown = files.find(({ share }) => !isShareMode(share))
  if (unknown) throw unknownShareMode(unknown.share, unknown.name)
}

/** The share mode of a folder: that of the file with the highest precedence. Throws as `assertSharingAllowed`. */
export function shareMode(
  system: SystemEnvironment,
  folder = system.cwd,
  configuration: Configuration = openConfiguration(system),
): "manual" | "auto" {
  assertSharingAllowed(system, folder, configuration)
  if (/^(?:1|true)$/i.test(system.env["OPENCODE_AUTO_SHARE"]?.trim() ?? "")) return "auto"
  const set = configuration.filesFor(folder).map((file) => modeIn(file, system))
  return set.findLast((mode) => mode !== undefined) === "auto" ? "auto" : "manual"
}

/** Error for an unknown share mode. `where` is its source: a file, or OpenCode's configuration. */
export const unknownShareMode = (mode: unknown, where: string): ShareError =>
  unknownMode(`"share": ${JSON.stringify(mode)} in ${where}`, '"manual", "auto" or "disabled"')

/** OpenCode substitutes `{env:NAME}` before it parses a file. */
function modeIn({ share }: ConfigFile, { env }: SystemEnvironment): unknown {
  return typeof share === "string"
    ? share.replace(/\{env:([^}]+)\}/g, (_, name: string) => env[name.trim()] ?? "")
    : share
}

const disabledBy = (name: string) =>
  new ShareError("sharing-disabled", `Sharing is disabled by ${name}.`, {
    hint: "Nothing was shared. Remove that setting to share.",
  })

const unknownMode = (what: string, choices: string) =>
  new ShareError("sharing-disabled", `Sharing is off: unknown share mode ${what}.`, {
    hint: `Nothing was shared. Choose from: ${choices}.`,
  })
