import type { SystemEnvironment } from "../config/paths.ts"
import { terminalText } from "../lib/terminal-text.ts"
import type { SecretCount } from "../redact/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import { overwriteLine } from "./output.ts"

/** What a command has to do with the outside: a world to read, and the two streams. stdout is for results alone. */
export interface Terminal extends SystemEnvironment {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
}

/** Whether somebody is there to be asked. */
export const canAsk = ({ stdin, stderr }: Terminal): boolean => Boolean(stdin.isTTY && stderr.isTTY)

/** Says something to the person, on stderr, one line for each text; nothing with `--quiet`. */
export function info({ stderr }: Terminal, quiet: boolean | undefined, ...texts: string[]): void {
  if (!quiet) for (const text of texts) stderr.write(`${terminalText(text)}\n`)
}

/** One line on stderr that is written over; nothing where stderr is no terminal. Returns how to change and how to clear it. */
export function statusLine({ stderr }: Terminal, quiet: boolean | undefined) {
  const active = stderr.isTTY && !quiet
  return {
    show: (text: string) => void (active && overwriteLine(stderr, text)),
    clear: () => void (active && overwriteLine(stderr, "")),
  }
}

/** Bytes for people: `812 bytes`, `14.2 kB`, `3.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** Text of a session on a terminal: one line, without control characters, which could rewrite the screen. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim()

/** What is said while another process is at the share that a command is about. */
export const waitingMessage = (pid: number): string =>
  `Waiting for process ${pid}, which is sharing or unsharing this session…`

/** What was redacted, in a sentence. */
export const redactedLine = (found: readonly SecretCount[]): string =>
  found.length > 0 ? `Redacted: ${describeRedactions(found)}.` : "No secrets were found in it."
