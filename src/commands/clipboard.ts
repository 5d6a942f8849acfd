import { copyToSystemClipboard } from "../lib/system-program.ts"
import { copyThroughTerminal } from "./output.ts"
import type { Terminal } from "./terminal.ts"

/**
 * Copies a text to the user's clipboard: through the system or, over SSH and where that has no clipboard, through the
 * terminal (OSC 52), which does not answer. Resolves to what to tell the user. Never throws: sharing does not depend on
 * a clipboard.
 */
export async function copyToClipboard(text: string, terminal: Terminal): Promise<string | undefined> {
  const { env, stderr } = terminal
  const isRemote = Boolean(env["SSH_CONNECTION"] || env["SSH_TTY"])
  if (!isRemote && (await copyToSystemClipboard(text, terminal))) return "Copied to the clipboard."
  // The Linux console and the terminals of editors print what they do not know.
  if (["", "dumb", "linux"].includes(env["TERM"] ?? "")) return undefined
  copyThroughTerminal(stderr, text)
  return "Copied to the clipboard, if your terminal allows it."
}
