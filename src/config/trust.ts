import { access, chmod, writeFile } from "node:fs/promises"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { sha256 } from "../lib/hash.ts"
import { createPrivateFolder } from "../lib/private-folder.ts"
import { describeDestination } from "../store/describe-destination.ts"
import { type Destination, spellingsOf } from "../store/open-store.ts"
import type { LoadedSettings } from "./load.ts"
import { dataFolder, type SystemEnvironment } from "./paths.ts"

/**
 * Whether the user has accepted that this project's file sends sessions to this destination. Any change of the
 * destination or of the file's path requires a new confirmation: a cloned repository must not redirect sessions.
 */
export async function isTrusted(
  projectFile: string,
  destination: Destination,
  system: SystemEnvironment,
): Promise<boolean> {
  const agreements = spellingsOf(destination.to).map((to) => agreementFile(projectFile, { ...destination, to }, system))
  return Promise.any(agreements.map((file) => access(file))).then(
    () => true,
    () => false,
  )
}

/** Throws `bad-settings` unless the user has accepted the destination, or no project's file sets it. */
export async function assertTrusted(
  { projectFile, destination }: Pick<LoadedSettings, "projectFile" | "destination">,
  system: SystemEnvironment,
): Promise<void> {
  if (!projectFile || (await isTrusted(projectFile, destination, system))) return
  throw new ShareError(
    "bad-settings",
    `${projectFile} sends sessions to ${describeDestination(destination)}, which you have not accepted.`,
    { hint: "To accept it, run once in that project: opencode-bucket share --trust-project" },
  )
}

/** Records that the user accepted. If it cannot be written, the user is asked again next time. */
export async function trust(projectFile: string, destination: Destination, system: SystemEnvironment): Promise<void> {
  const file = agreementFile(projectFile, destination, system)
  try {
    await createPrivateFolder(path.dirname(file))
    await writeFile(file, "", { mode: 0o600 })
    await chmod(file, 0o600)
  } catch {}
}

function agreementFile(projectFile: string, destination: Destination, system: SystemEnvironment): string {
  const settings = Object.entries(destination).sort(([a], [b]) => (a < b ? -1 : 1))
  const name = sha256(JSON.stringify([projectFile, settings]))
  return path.join(dataFolder(system), "trusted", name)
}
