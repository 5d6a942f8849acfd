import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { promisify } from "node:util"

const execute = promisify(execFile)

/** A program in its own terminal. */
export interface Terminal {
  /** Types text as keys. */
  type(text: string): Promise<void>
  /** Presses a key: `Enter`, `Escape`, `C-c`. */
  press(key: string): Promise<void>
  /** Contents of the screen, optionally with colours as SGR sequences. */
  screen(options?: { colours?: boolean }): Promise<string>
  /** Text that the program copied to the clipboard. */
  copied(): Promise<string>
  /** Whether the program is still running. */
  runs(): Promise<boolean>
  close(): Promise<void>
}

/** Starts a program in its own tmux server, 160 columns wide by default. Its whole environment is `env`. */
export async function inTmux(
  command: readonly string[],
  { cwd, env, columns = 160, rows = 50 }: { cwd: string; env: Record<string, string>; columns?: number; rows?: number },
): Promise<Terminal> {
  const socket = `opencode-bucket-${randomBytes(6).toString("hex")}`
  const tmux = async (...args: string[]) =>
    (await execute("tmux", ["-L", socket, ...args], { cwd, env: { ...env, TERM: "xterm-256color", LANG: "C.UTF-8" } }))
      .stdout
  const words = command.map((word) => `'${word}'`).join(" ")
  const options = ["set", "-s", "set-clipboard", "on", ";", "set", "-g", "allow-passthrough", "on"]
  await tmux(
    "-f",
    "/dev/null",
    "start-server",
    ";",
    ...options,
    ";",
    "new-session",
    "-d",
    "-s",
    "main",
    "-x",
    String(columns),
    "-y",
    String(rows),
    words,
  )
  return {
    type: async (text) => void (await tmux("send-keys", "-t", "main", "-l", text)),
    press: async (key) => void (await tmux("send-keys", "-t", "main", key)),
    screen: ({ colours } = {}) =>
      tmux("capture-pane", ...(colours ? ["-e", "-N"] : []), "-p", "-t", "main").catch(() => ""),
    copied: () => tmux("show-buffer").catch(() => ""),
    runs: () =>
      tmux("has-session", "-t", "main").then(
        () => true,
        () => false,
      ),
    close: async () => void (await tmux("kill-server").catch(() => {})),
  }
}
