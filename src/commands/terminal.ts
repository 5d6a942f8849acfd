import type { SystemEnvironment } from "../config/paths.ts"
import { terminalText } from "../lib/terminal-text.ts"
import { wrapText } from "../lib/wrap-text.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import { describeRedactions } from "../share/describe-redactions.ts"
import { overwriteLine } from "./output.ts"
import { withTilde } from "./with-tilde.ts"

/** A command's environment and streams. stdout is only for results. */
export interface Terminal extends SystemEnvironment {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
}

/** Whether prompts are possible: stdin and stderr are terminals. */
export const canAsk = ({ stdin, stderr }: Terminal): boolean => Boolean(stdin.isTTY && stderr.isTTY)

/** Prints informational messages on stderr, one per line; nothing with `--quiet`. */
export function info({ stderr, home }: Terminal, quiet: boolean | undefined, ...texts: string[]): void {
  if (quiet) return
  for (const text of texts)
    for (const line of linesFor(stderr, withTilde(text, home))) stderr.write(`${terminalText(line)}\n`)
}

/** A text wrapped at the width of a terminal, between words: paths, links and indented commands stay whole. */
export const linesFor = ({ isTTY, columns }: NodeJS.WriteStream, text: string): string[] =>
  isTTY && !text.startsWith("  ") ? wrapText(text, columns || 80) : [text]

/** A status line on stderr that is overwritten in place; does nothing if stderr is not a terminal. */
export function statusLine({ stderr, home }: Terminal, quiet: boolean | undefined) {
  const active = stderr.isTTY && !quiet
  return {
    show: (text: string) => void (active && overwriteLine(stderr, withTilde(text, home))),
    clear: () => void (active && overwriteLine(stderr, "")),
  }
}

/** How the user calls this command: `npx opencode-bucket` if that is how it was started. */
export const ownCommand = ({ env }: SystemEnvironment): string =>
  env["npm_command"] === "exec" ? "npx opencode-bucket" : "opencode-bucket"

/** Formats a number of bytes: `812 bytes`, `14.2 kB`, `3.1 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** Collapses a session's text to one line without control characters, which could rewrite the screen. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim()

/** Message shown while another process holds the share's lock. */
export const waitingMessage = (pid: number): string =>
  `Waiting for process ${pid}, which is sharing or unsharing this session…`

/** Describes redactions in one sentence. */
export const redactedLine = (found: readonly SecretCount[]): string =>
  found.length > 0 ? `Redacted: ${describeRedactions(found)}.` : "No secrets were found."
