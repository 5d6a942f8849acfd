import { copyThroughTerminal } from "./output.ts"
import type { Terminal } from "./terminal.ts"

/**
 * Copies text to the user's clipboard: over SSH through the terminal (OSC 52), otherwise through the system.
 * Resolves to whether it was copied. Never throws: sharing does not depend on a clipboard.
 */
export async function copyToClipboard(text: string, { env, platform, stderr }: Terminal): Promise<boolean> {
  if (env["SSH_CONNECTION"] || env["SSH_TTY"]) {
    copyThroughTerminal(stderr, text)
    return true
  }
  if (
    platform === "linux" &&
    !env["DISPLAY"] &&
    !env["WAYLAND_DISPLAY"] &&
    !env["WSL_DISTRO_NAME"] &&
    !env["TERMUX_VERSION"]
  )
    return false
  try {
    const { default: clipboard } = await import("clipboardy")
    await clipboard.write(text)
    return true
  } catch {
    return false
  }
}
