import path from "node:path"
import { ShareError } from "../errors.ts"
import { parseDuration } from "../share/expiry.ts"
import {
  checkDestination,
  formatDestination,
  invalidDestinationError,
  resolveDestination,
} from "../store/check-destination.ts"
import type { Destination } from "../store/open-store.ts"
import { type ConfigFile, readConfigFiles } from "./opencode.ts"
import { dataFolder, type SystemEnvironment } from "./paths.ts"
import { checkSettings, InvalidSettingError, type Settings, settingNames } from "./schema.ts"

type OtherSettings = Omit<Settings, (typeof destinationKeys)[number]>

/** The settings that do not say where a conversation goes are as they were set. */
export interface LoadedSettings extends OtherSettings {
  destination: Destination
  /** No bucket and no folder was set: shares go to a folder in the user's data directory. */
  isDefault: boolean
  /** Where what is set as `to` may mean a bucket as well: `destination` is then the folder that it was taken for before. */
  ambiguity: ShareError | undefined
  /** The project's file that has a say in the destination, if one does: the user has to agree to it once. */
  projectFile: string | undefined
  /** Where each setting that is set comes from: a file, a variable, or `flag`. */
  origins: Partial<Record<keyof Settings, string>>
}

/** The settings that decide where a conversation goes, or whose credentials take it there. */
const destinationKeys = ["to", "endpoint", "region", "profile", "pathStyle", "publicUrl"] as const

/**
 * Puts the settings together: flags, over `OPENCODE_BUCKET_…` variables, over the project's files, over the user's,
 * over defaults. Throws `bad-settings`, naming the place and the key, for a value that cannot be.
 */
export function loadSettings(flags: Settings, system: SystemEnvironment): LoadedSettings {
  const settings: Settings = {}
  const origins: Partial<Record<keyof Settings, ConfigFile | undefined>> = {}
  const named: Partial<Record<keyof Settings, string>> = {}
  const apply = (given: Settings, name: (key: keyof Settings) => string, file?: ConfigFile) => {
    // A public address belongs to its bucket: with another bucket, the old one would make links that lead nowhere.
    if (given.to !== undefined) {
      delete settings.publicUrl
      delete named.publicUrl
    }
    for (const key of settingNames) {
      if (given[key] === undefined) continue
      // Whether its user is asked is nothing for a project to decide.
      if (key === "confirm" && file?.from === "project") continue
      // A project may have its shares end sooner than its user wants, not later.
      if (key === "expires" && file?.from === "project" && lengthOf(given) > lengthOf(settings)) continue
      if (key === "redact") settings.redact = mergeRedaction(settings.redact, given.redact, file)
      else Object.assign(settings, { [key]: given[key] })
      origins[key] = file
      named[key] = name(key)
    }
  }
  for (const file of byPrecedence(readConfigFiles(system)))
    if (file.options) apply(parseSettings(withVariables(file, system), file.name), () => file.name, file)
  apply(parseSettings(fromVariables(system), "the environment"), variableOf)
  apply(flags, () => "flag")

  const { to, endpoint, region, profile, pathStyle, publicUrl, ...others } = settings
  const base = origins.to && path.isAbsolute(origins.to.name) ? path.dirname(origins.to.name) : system.cwd
  const place = to === undefined ? path.join(dataFolder(system), "shares") : resolveDestination(to, base, system.home)
  const further = { endpoint, region, profile, pathStyle, publicUrl }
  const destination: Destination = { to: place, ...omitUndefined(further) }
  const decisive = destinationKeys.flatMap((key) => (settings[key] === undefined ? [] : (origins[key] ?? [])))
  const projectFile = decisive.find(({ from }) => from === "project")?.name
  const unclear = to === undefined ? undefined : ambiguityOf(to, named.to ?? "", place, system)
  // What is typed now is never taken for what it may mean.
  if (unclear && named.to === "flag") throw unclear
  return { ...others, destination, isDefault: to === undefined, ambiguity: unclear, projectFile, origins: named }
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
    folder === undefined
      ? undefined
      : `For the folder ${place}, which it was taken for before, write ${write(folder)}.`,
  )
}

/** What is redacted adds up. A project can have more redacted than its user wants, not less: its `allow` says nothing. */
function mergeRedaction(known: Settings["redact"] = {}, given: Settings["redact"] = {}, file?: ConfigFile) {
  const isProject = file?.from === "project"
  return {
    emails: isProject ? known.emails || given.emails : (given.emails ?? known.emails),
    patterns: [...(known.patterns ?? []), ...(given.patterns ?? [])],
    allow: [...(known.allow ?? []), ...(isProject ? [] : (given.allow ?? []))],
  }
}

/** Without what is undefined. */
const omitUndefined = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

const byPrecedence = (files: ConfigFile[]) => [
  ...files.filter(({ from }) => from === "user"),
  ...files.filter(({ from }) => from === "project"),
]

const lengthOf = ({ expires = "never" }: Settings) => parseDuration(expires) ?? 0

const isYesOrNo = (key: keyof Settings) => key === "pathStyle" || key === "confirm"

const variableOf = (key: keyof Settings) => `OPENCODE_BUCKET_${key.replace(/[A-Z]/g, "_$&").toUpperCase()}`

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

/** `{env:NAME}` as in the rest of `opencode.json`, but not in a project's file: a stranger's link must not carry our variables. */
function withVariables(file: ConfigFile, { env }: SystemEnvironment): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(file.options ?? {}).map(([key, value]) => {
      if (typeof value !== "string" || !value.includes("{env:")) return [key, value]
      if (file.from === "project")
        throw new ShareError(
          "bad-settings",
          `"${key}" in ${file.name} refers to the environment, which a project's file may not.`,
          {
            hint: "Write the value itself, or move the setting to your own ~/.config/opencode/opencode.json.",
          },
        )
      return [key, value.replace(/\{env:([^}]+)\}/g, (_, name: string) => env[name.trim()] ?? "")]
    }),
  )
}

/** Checks settings from one place. Throws `bad-settings`: one sentence that names the place, the key and what is expected. */
export function parseSettings(given: Record<string, unknown>, place: string): Settings {
  try {
    return checkSettings(given)
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error
    const { path, problem: says } = error
    if (says === undefined)
      throw new ShareError("bad-settings", `"${path.at(-1)}" in ${place} is not a setting of opencode-bucket.`, {
        hint: `The settings are ${settingNames.join(", ")}.`,
      })
    throw new ShareError("bad-settings", `"${path.join(".")}" in ${place} ${says}.`, {
      hint: "The README lists the settings and what each may be.",
    })
  }
}
