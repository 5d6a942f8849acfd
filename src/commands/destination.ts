import { type LoadedSettings, loadSettings, parseSettings } from "../config/load.ts"
import type { SystemEnvironment } from "../config/paths.ts"
import { isTrusted, trust } from "../config/trust.ts"
import { ShareError } from "../errors.ts"
import type { Destination } from "../store/open-store.ts"
import { promptYesNo } from "./prompt.ts"
import { canAsk, type Terminal } from "./terminal.ts"

/** The flags that say where shares are, the same on every command. */
export interface DestinationFlags {
  to?: string
  endpoint?: string
  region?: string
  profile?: string
  publicUrl?: string
  pathStyle?: boolean
  trustProject?: boolean
}

/**
 * The settings with these flags on top. Throws `bad-settings`; for a `to` in a file or a variable that is not clear only
 * where something new goes there (`isNew`): what was shared with it before can be listed and removed.
 */
export function settingsFromFlags(
  flags: DestinationFlags,
  system: SystemEnvironment,
  { isNew = true } = {},
): LoadedSettings {
  const { to, endpoint, region, profile, publicUrl, pathStyle } = flags
  const given = { to, endpoint, region, profile, publicUrl, pathStyle }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const settings = loadSettings(parseSettings(set, "the flags"), system)
  if (settings.ambiguity && isNew) throw settings.ambiguity
  return settings
}

/**
 * Makes sure that a destination which a project's file has a say in is one the user agrees to: asked once on a terminal,
 * refused without one unless `--trust-project` is given. Throws `bad-settings` when it is refused.
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
      `${projectFile} wants conversations to go to ${describeDestination(destination)}; that was not agreed to.`,
      {
        hint: "If that is right, run once in that project: opencode-bucket share --trust-project",
      },
    )
  await trust(projectFile, destination, terminal)
}

const question = (projectFile: string, destination: Destination) =>
  `${projectFile} sends conversations to ${describeDestination(destination)}. Is that where they should go?`

/** A destination in words, with every setting that decides who can read it. */
export function describeDestination({ to, endpoint, profile, publicUrl }: Destination): string {
  const details = [
    endpoint && `at ${normalizedAddress(endpoint)}`,
    profile && `with the profile ${/^[\w.@+-]+$/.test(profile) ? profile : JSON.stringify(profile)}`,
    publicUrl && `seen as ${normalizedAddress(publicUrl)}`,
  ]
  return [to, ...details.filter(Boolean)].join(" ")
}

/** An address as it is used: the host in ASCII, whatever letters it is written in, and no name or password before it. */
function normalizedAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const { origin, pathname, search } = new URL(address)
  return `${origin}${pathname}${search}`.replace(/\/+$/, "")
}
