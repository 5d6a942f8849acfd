import { type LoadedSettings, loadSettings, parseSettings, pickDestination } from "../config/load.ts"
import type { SystemEnvironment } from "../config/paths.ts"
import { isTrusted, trust } from "../config/trust.ts"
import { ShareError } from "../errors.ts"
import { describeBucketOptions } from "../store/bucket-options.ts"
import type { Destination } from "../store/open-store.ts"
import { promptYesNo } from "./prompt.ts"
import { canAsk, type Terminal } from "./terminal.ts"

/** Destination flags, shared by all commands. */
export interface DestinationFlags extends Partial<Destination> {
  trustProject?: boolean
}

/**
 * Loads the settings, overridden by these flags. Throws `bad-settings`. An ambiguous `to` in a file or variable throws
 * only for new shares (`isNew`), so that existing ones can still be listed and removed.
 */
export function settingsFromFlags(
  flags: DestinationFlags,
  system: SystemEnvironment,
  { isNew = true } = {},
): LoadedSettings {
  const settings = loadSettings(parseSettings({ ...pickDestination(flags) }, "the flags"), system)
  if (settings.ambiguity && isNew) throw settings.ambiguity
  return settings
}

/**
 * Ensures that the user accepts a destination set by a project's file: asks once on a terminal; without a terminal,
 * requires `--trust-project`. Throws `bad-settings` if it is not accepted.
 */
export async function confirmDestination(
  settings: LoadedSettings,
  flags: DestinationFlags,
  terminal: Terminal,
): Promise<void> {
  const { projectFile, destination } = settings
  if (!projectFile || (await isTrusted(projectFile, destination, terminal))) return
  if (!flags.trustProject && !(canAsk(terminal) && (await promptYesNo(terminal, question(projectFile, destination)))))
    throw new ShareError(
      "bad-settings",
      `${projectFile} sends sessions to ${describeDestination(destination)}, which you have not accepted.`,
      {
        hint: "To accept it, run once in that project: opencode-bucket share --trust-project",
      },
    )
  await trust(projectFile, destination, terminal)
}

const question = (projectFile: string, destination: Destination) =>
  `${projectFile} sends sessions to ${describeDestination(destination)}. Accept this destination?`

/** Describes a destination with every setting that affects who can read it. */
export function describeDestination({ to, endpoint, profile, publicUrl, ...others }: Destination): string {
  const options = describeBucketOptions(others)
  const details = [
    endpoint && `at ${normalizedAddress(endpoint)}`,
    profile && `using profile ${/^[\w.@+-]+$/.test(profile) ? profile : JSON.stringify(profile)}`,
    publicUrl && `public at ${normalizedAddress(publicUrl)}`,
    options && `with ${options}`,
  ]
  return [to, ...details.filter(Boolean)].join(" ")
}

/** Normalizes a URL for display: ASCII host (punycode), no user name or password. */
function normalizedAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { origin, pathname, search } = new URL(address)
  return `${origin}${pathname}${search}`.replace(/\/+$/, "")
}
