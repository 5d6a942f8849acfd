import os from "node:os"
import path from "node:path"

/** The parts of the system that decide where files are; given, so that tests can have a system of their own. */
export interface SystemEnvironment {
  env: Record<string, string | undefined>
  platform: NodeJS.Platform
  home: string
  /** The folder that the command was called in. */
  cwd: string
}

export const systemEnvironment = (): SystemEnvironment => ({
  env: process.env,
  platform: process.platform,
  home: os.homedir(),
  cwd: process.cwd(),
})

/** This package's own folder for data: the ledger, and the shares that go to no bucket. */
export function dataFolder({ env, platform, home }: SystemEnvironment): string {
  if (env["XDG_DATA_HOME"]) return path.join(env["XDG_DATA_HOME"], "opencode-bucket")
  if (platform === "darwin") return path.join(home, "Library", "Application Support", "opencode-bucket")
  if (platform === "win32")
    return path.join(env["LOCALAPPDATA"] ?? path.join(home, "AppData", "Local"), "opencode-bucket")
  return path.join(home, ".local", "share", "opencode-bucket")
}

/** OpenCode's user-wide configuration folder: the XDG one on every platform. */
export const openCodeConfigFolder = ({ env, home }: SystemEnvironment): string =>
  path.join(env["XDG_CONFIG_HOME"] || path.join(home, ".config"), "opencode")

/** The folder of an administrator's configuration, which users cannot write. */
export function openCodeManagedFolder({ env, platform }: SystemEnvironment): string {
  if (platform === "darwin") return "/Library/Application Support/opencode"
  if (platform === "win32") return path.join(env["ProgramData"] ?? "C:\\ProgramData", "opencode")
  return "/etc/opencode"
}
