import { execFile } from "node:child_process"
import { randomBytes } from "node:crypto"
import { promisify } from "node:util"

const execute = promisify(execFile)

/** A program on a terminal of its own, typed at and looked at. */
export interface Terminal {
  /** Types text, as keys. */
  type(text: string): Promise<void>
  /** Presses a key: `Enter`, `Escape`, `C-c`. */
  press(key: string): Promise<void>
  /** What is on the screen, with its colours as SGR sequences if they are wanted. */
  screen(options?: { colours?: boolean }): Promise<string>
  /** What the program has put on the clipboard. */
  copied(): Promise<string>
  /** Whether the program still runs. */
  runs(): Promise<boolean>
  close(): Promise<void>
}

/** Starts a program in a tmux server of its own, 160 columns wide unless said otherwise. It sees `env` and nothing else of the environment. */
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
