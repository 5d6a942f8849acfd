import path from "node:path"
import { ShareError } from "../errors.ts"
import { parseDuration } from "../lib/duration.ts"
import { misspeltVariables, variableOf } from "../lib/variables.ts"
import { bucketOptionNames, isBooleanOption } from "../store/bucket-options.ts"
import {
  checkDestination,
  formatDestination,
  invalidDestinationError,
  resolveDestination,
} from "../store/check-destination.ts"
import type { Destination } from "../store/open-store.ts"
import { type ConfigFile, type Configuration, openConfiguration } from "./opencode.ts"
import { collectSettings, settingsError } from "./parse-settings.ts"
import { dataFolder, type SystemEnvironment } from "./paths.ts"
import { type Settings, settingNames } from "./schema.ts"

type OtherSettings = Omit<Settings, (typeof destinationKeys)[number]>

/** Settings merged from all sources. Those that select the destination are combined in `destination`. */
export interface LoadedSettings extends OtherSettings {
  destination: Destination
  /** No destination is set: shares go to a folder in the user's data directory. */
  isDefault: boolean
  /** Set if `to` could mean a bucket or a folder: `destination` is then the folder, as in earlier versions. */
  ambiguity: ShareError | undefined
  /** The project's file that affects the destination, if any: the user must accept it once. */
  projectFile: string | undefined
  /** The origin of each configured setting: a file, a variable, or `flag`. */
  origins: Partial<Record<keyof Settings, string>>
}

/** Settings that decide where a session is uploaded, or with whose credentials. */
const destinationKeys = [
  ...(["to", "endpoint", "region", "profile", "pathStyle", "publicUrl"] as const),
  ...bucketOptionNames,
]

/** Only the settings of the destination. Unset ones are left out. */
export const pickDestination = (given: Settings): Partial<Destination> =>
  Object.fromEntries(destinationKeys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])))

/**
 * Merges the settings by precedence: flags, `OPENCODE_BUCKET_…` variables, the project's files, the user's files,
 * defaults. Throws `bad-settings` with every invalid value of files and variables, its source and its key, and with
 * misspelt variables.
 */
export function loadSettings(
  flags: Settings,
  system: SystemEnvironment,
  configuration: Configuration = openConfiguration(system),
): LoadedSettings {
  const settings: Settings = {}
  const origins: Partial<Record<keyof Settings, ConfigFile | undefined>> = {}
  const named: Partial<Record<keyof Settings, string>> = {}
  const apply = (given: Settings, name: (key: keyof Settings) => string, file?: ConfigFile) => {
    // A public URL belongs to its bucket: combined with another bucket, it would produce broken links.
    if (given.to !== undefined) {
      delete settings.publicUrl
      delete named.publicUrl
    }
    for (const key of settingNames) {
      if (given[key] === undefined) continue
      // A project must not turn off its user's confirmation.
      if (key === "confirm" && file?.from === "project") continue
      // A project may shorten the lifetime set by the user, not extend it.
      if (key === "expires" && file?.from === "project" && lengthOf(given) > lengthOf(settings)) continue
      if (key === "redact") settings.redact = mergeRedaction(settings.redact, given.redact, file)
      else Object.assign(settings, { [key]: given[key] })
      origins[key] = file
      named[key] = name(key)
    }
  }
  // All problems of all sources are reported at once.
  const problems: string[] = []
  for (const file of byPrecedence(configuration.filesFor()))
    if (file.options) apply(collectSettings(withVariables(file, system), file.name, problems), () => file.name, file)
  apply(collectSettings(fromVariables(system), "the environment", problems), variableOf)
  problems.push(...misspeltVariables(system.env, settingNames, ["token", "server"]))
  if (problems.length > 0) throw settingsError(problems)
  apply(flags, () => "flag")

  const { to, expires, confirm, redact } = settings
  const base = origins.to && path.isAbsolute(origins.to.name) ? path.dirname(origins.to.name) : system.cwd
  const place = to === undefined ? path.join(dataFolder(system), "shares") : resolveDestination(to, base, system.home)
  const destination: Destination = { ...pickDestination(settings), to: place }
  const decisive = destinationKeys.flatMap((key) => (settings[key] === undefined ? [] : (origins[key] ?? [])))
  const projectFile = decisive.find(({ from }) => from === "project")?.name
  const ambiguity = to === undefined ? undefined : ambiguityOf(to, named.to ?? "", place, system)
  // An ambiguous flag is always an error.
  if (ambiguity && named.to === "flag") throw ambiguity
  return {
    ...omitUndefined({ expires, confirm, redact }),
    destination,
    isDefault: to === undefined,
    ambiguity,
    projectFile,
    origins: named,
  }
}

function ambiguityOf(
  to: string,
  origin: string,
  place: string,
  { platform }: SystemEnvironment,
): ShareError | undefined {
  const unclear = checkDestination(to, platform)
  if (!unclear) return undefined
  if (origin === "flag") return invalidDestinationError(unclear, `--to ${formatDestination(to)}`)
  const isVariable = origin === variableOf("to")
  const folder = unclear.meant.find((text) => text.startsWith("./"))
  const write = (text: string) => (isVariable ? `${origin}=${text}` : `"to": ${JSON.stringify(text)}`)
  return invalidDestinationError(
    unclear,
    isVariable ? `${origin}=${formatDestination(to)}` : `"to": ${formatDestination(to, true)} in ${origin}`,
    folder === undefined ? undefined : `For the folder ${place}, as in earlier versions, write ${write(folder)}.`,
  )
}

/**
 * Merges redaction settings. A project can only add redactions, so its `allow` is ignored. It cannot run a program: a
 * `command` in it throws `bad-settings`.
 */
function mergeRedaction(merged: Settings["redact"] = {}, given: Settings["redact"] = {}, file?: ConfigFile) {
  const isProject = file?.from === "project"
  if (isProject && given.command)
    throw new ShareError(
      "bad-settings",
      `"redact.command" in ${file.name} would run a program of a project's choice.`,
      {
        hint: "Move it to ~/.config/opencode/opencode.json.",
      },
    )
  return {
    refuse: isProject ? merged.refuse || given.refuse : (given.refuse ?? merged.refuse),
    command: given.command ?? merged.command,
    emails: isProject ? merged.emails || given.emails : (given.emails ?? merged.emails),
    patterns: [...(merged.patterns ?? []), ...(given.patterns ?? [])],
    allow: [...(merged.allow ?? []), ...(isProject ? [] : (given.allow ?? []))],
  }
}

/** Drops undefined values. */
const omitUndefined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

const byPrecedence = (files: ConfigFile[]) => [
  ...files.filter(({ from }) => from === "user"),
  ...files.filter(({ from }) => from === "project"),
]

const lengthOf = ({ expires = "never" }: Settings) => parseDuration(expires) ?? 0

const isYesOrNo = (key: keyof Settings) => key === "pathStyle" || key === "confirm" || isBooleanOption(key)

function fromVariables({ env }: SystemEnvironment): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const key of settingNames) {
    const value = env[variableOf(key)]
    if (value)
      found[key] =
        key === "redact"
          ? jsonOf(value)
          : isYesOrNo(key)
            ? ({ true: true, "1": true, false: false, "0": false }[value] ?? value)
            : value
  }
  return found
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Substitutes `{env:NAME}` as in the rest of `opencode.json`. Refused in a project's file: a stranger's project could leak our variables in a link. */
function withVariables(file: ConfigFile, { env }: SystemEnvironment): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(file.options ?? {}).map(([key, value]) => {
      if (typeof value !== "string" || !value.includes("{env:")) return [key, value]
      if (file.from === "project")
        throw new ShareError(
          "bad-settings",
          `"${key}" in ${file.name} uses {env:…}, which is not allowed in a project's file.`,
          {
            hint: "Write the value itself, or move the setting to ~/.config/opencode/opencode.json.",
          },
        )
      return [key, value.replace(/\{env:([^}]+)\}/g, (_, name: string) => env[name.trim()] ?? "")]
    }),
  )
}
