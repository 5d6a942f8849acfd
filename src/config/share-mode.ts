import { ShareError } from "../errors.ts"
import type { World } from "./folders.ts"
import { readConfigFiles } from "./opencode.ts"

/**
 * Throws `sharing-disabled` if sharing is off in a folder: `"share": "disabled"` in any configuration file that applies
 * there (no other file can switch it on again), or `OPENCODE_DISABLE_SHARE`.
 */
export function assertSharingAllowed(world: World, folder = world.cwd): void {
  const variable = world.env["OPENCODE_DISABLE_SHARE"]?.toLowerCase()
  const name =
    variable === "1" || variable === "true"
      ? "OPENCODE_DISABLE_SHARE"
      : readConfigFiles(world, folder).find(({ share }) => share === "disabled")?.name
  if (name)
    throw new ShareError("sharing-disabled", `Sharing is disabled by ${name}.`, {
      hint: "Nothing was shared. Who set it can change it.",
    })
}
