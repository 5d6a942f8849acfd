import os from "node:os"
import path from "node:path"

/** Process environment that decides file locations. Passed as an argument, so that tests can provide their own. */
export interface SystemEnvironment {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  home: string
  /** The working directory of the command. */
  cwd: string
}

export const systemEnvironment = (): SystemEnvironment => ({
  env: process.env,
  platform: process.platform,
  home: os.homedir(),
  cwd: process.cwd(),
})

/** This package's data folder: the ledger, and shares without a bucket. */
export function dataFolder({ env, platform, home }: SystemEnvironment): string {
  if (env["XDG_DATA_HOME"]) return path.join(env["XDG_DATA_HOME"], "opencode-bucket")
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "opencode-bucket")
  if (platform === "win32")
    return path.join(env["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local"), "opencode-bucket")
  return path.join(home, ".local", "share", "opencode-bucket")
}

/** The folder of the ledger. */
export const ledgerFolder = (system: SystemEnvironment): string => path.join(dataFolder(system), "ledger")

/** OpenCode's user-wide configuration folder: the XDG one on every platform. */
export const openCodeConfigFolder = ({ env, home }: SystemEnvironment): string =>
  path.join(env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "opencode")

/** The folder of the administrator's configuration, which users cannot write. */
export function openCodeManagedFolder({ env, platform }: SystemEnvironment): string {
  if (platform === "darwin") return "/Library/Application Support/opencode"
  if (platform === "win32") return path.join(env["ProgramData"] ?? "C:\\ProgramData", "opencode")
  return "/etc/opencode"
}
