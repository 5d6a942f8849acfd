import type { World } from "../config/folders.ts"
import { type LoadedSettings, loadSettings, parseSettings } from "../config/load.ts"
import { isTrusted, trust } from "../config/trust.ts"
import { ShareError } from "../errors.ts"
import type { Destination } from "../store/open-store.ts"
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

/** The settings with these flags on top. Throws `bad-settings`. */
export function settingsFrom(flags: DestinationFlags, world: World): LoadedSettings {
  const { to, endpoint, region, profile, publicUrl, pathStyle } = flags
  const given = { to, endpoint, region, profile, publicUrl, pathStyle }
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return loadSettings(parseSettings(set, "the flags"), world)
}

/**
 * Makes sure that a destination which a project's file has a say in is one the user agrees to: asked once on a terminal,
 * refused without one unless `--trust-project` is given. Throws `bad-settings` when it is refused.
 */
export async function agreeOnDestination(
  settings: LoadedSettings,
  flags: DestinationFlags,
  terminal: Terminal,
): Promise<void> {
  const { projectFile, destination } = settings
  if (!projectFile || (await isTrusted(projectFile, destination, terminal))) return
  if (!flags.trustProject && !(canAsk(terminal) && (await ask(projectFile, destination))))
    throw new ShareError(
      "bad-settings",
      `${projectFile} wants conversations to go to ${describe(destination)}; that was not agreed to.`,
      {
        hint: "If that is right, run once in that project: opencode-bucket share --trust-project",
      },
    )
  await trust(projectFile, destination, terminal)
}

async function ask(projectFile: string, destination: Destination): Promise<boolean> {
  const { confirm } = await import("@clack/prompts")
  const answer = await confirm({
    message: `${projectFile} sends conversations to ${describe(destination)}. Is that where they should go?`,
    initialValue: false,
    output: process.stderr,
  })
  return answer === true
}

/** A destination in words, with every setting that decides who can read it. */
export function describe({ to, endpoint, profile, publicUrl }: Destination): string {
  const details = [
    endpoint && `at ${endpoint}`,
    profile && `with the profile ${profile}`,
    publicUrl && `seen as ${publicUrl}`,
  ]
  return [to, ...details.filter(Boolean)].join(" ")
}
