import { copyThroughTerminal } from "./output.ts"
import type { Terminal } from "./terminal.ts"

/**
 * Copies text to the clipboard of the person in front of the terminal: over SSH through the terminal itself (OSC 52),
 * else through the system. Resolves to whether it was handed over; never throws, a share is good without a clipboard.
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
