import { type LoadedSettings, loadSettings, pickDestination } from "../config/load.ts"
import type { Configuration } from "../config/opencode.ts"
import { parseSettings } from "../config/parse-settings.ts"
import type { SystemEnvironment } from "../config/paths.ts"
import { assertTrusted, isTrusted, trust } from "../config/trust.ts"
import { ShareError } from "../errors.ts"
import { describeDestination } from "../store/describe-destination.ts"
import type { Destination } from "../store/open-store.ts"
import { promptYesNo } from "./prompt.ts"
import type { SelectionFlags } from "./selection.ts"
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
  { redact, ...flags }: DestinationFlags & Pick<SelectionFlags, "redact">,
  system: SystemEnvironment,
  { isNew = true, configuration }: { isNew?: boolean; configuration?: Configuration } = {},
): LoadedSettings {
  const flagSettings = parseSettings(
    { ...pickDestination(flags), ...(redact && { redact: { patterns: redact } }) },
    "the flags",
  )
  const settings = loadSettings(flagSettings, system, configuration)
  if (settings.ambiguity && isNew) throw settings.ambiguity
  return settings
}

/**
 * Ensures that the user accepts a destination set by a project's file: asks once on a terminal; without a terminal,
 * requires `--trust-project` and throws `bad-settings`. Throws `cancelled` if the user declines.
 */
export async function confirmDestination(
  settings: LoadedSettings,
  flags: DestinationFlags,
  terminal: Terminal,
): Promise<void> {
  const { projectFile, destination } = settings
  if (!projectFile || (await isTrusted(projectFile, destination, terminal))) return
  if (!flags.trustProject && !canAsk(terminal)) return assertTrusted(settings, terminal)
  if (!flags.trustProject && !(await promptYesNo(terminal, question(projectFile, destination))))
    throw new ShareError("cancelled", "Cancelled. Nothing was sent to that destination.")
  await trust(projectFile, destination, terminal)
}

const question = (projectFile: string, destination: Destination) =>
  `${projectFile} sends sessions to ${describeDestination(destination)}. Accept this destination?`
