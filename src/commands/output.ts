import { pipeline } from "node:stream/promises"
import { forTerminal, terminalLines, terminalText } from "../lib/terminal-text.ts"

type Stream = NodeJS.WriteStream

const DEFAULT_COLUMNS = 80
const DEFAULT_ROWS = 24

/** Original `write` of guarded streams. */
const unguarded = new WeakMap<Stream, Stream["write"]>()

/**
 * Escapes all text written to a stream with `terminalLines`, whether by a command, a package or `console`. Only line
 * feeds keep their effect. This package's own terminal control goes through the functions below, which escape their
 * arguments. Bytes (an export to a pipe) pass unchanged.
 */
export function guardOutput(stream: Stream): Stream {
  if (unguarded.has(stream)) return stream
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean
  unguarded.set(stream, write as Stream["write"])
  stream.write = ((chunk: unknown, ...rest: unknown[]) =>
    write(typeof chunk === "string" ? terminalLines(chunk) : chunk, ...rest)) as Stream["write"]
  return stream
}

function writeUnescaped(stream: Stream, text: string): void {
  const write = unguarded.get(stream)
  if (write) write(text)
  else stream.write(text)
}

/** The unguarded stream for prompts, which move the cursor. Callers must escape texts first: only `prompt.ts` may use it. */
export function promptStream(stream: Stream): Stream {
  const write = unguarded.get(stream)
  if (!write) return stream
  return new Proxy(stream, {
    get(target, name) {
      if (name === "write") return write
      // A terminal that does not know its size says 0, and prompts would have a letter a line.
      if (name === "columns") return target.columns || DEFAULT_COLUMNS
      if (name === "rows") return target.rows || DEFAULT_ROWS
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
}

/** Replaces the current line of a terminal. A text that is too long for it is cut: only one line can be replaced. */
export function overwriteLine(stream: Stream, text: string): void {
  const shown = terminalText(text)
  const width = (stream.columns || DEFAULT_COLUMNS) - 1
  writeUnescaped(stream, `\r\x1b[2K${shown.length > width ? `${shown.slice(0, width - 1)}…` : shown}`)
}

/** Copies a text to the user's clipboard through the terminal (OSC 52). */
export const copyThroughTerminal = (stream: Stream, text: string): void =>
  writeUnescaped(stream, `\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`)

/**
 * Whether to colour the output on stdout: a terminal that knows colours, and neither `NO_COLOR` nor `CLICOLOR=0`.
 * Colours never carry meaning alone.
 */
export const usesColour = ({ stdout, env }: { stdout: Stream; env: Record<string, string | undefined> }): boolean =>
  Boolean(stdout.isTTY) && !env["NO_COLOR"] && env["CLICOLOR"] !== "0" && env["TERM"] !== "dumb"

/** Text with our own colour codes. Created only by `painted` and `paint`, which escape their input. */
class Painted {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  static textOf(painted: Painted): string {
    return painted.#text
  }
}

export type { Painted }

/** Colours a text with an SGR code, or leaves it uncoloured. */
export const paint = (code: number | undefined, text: string): Painted =>
  new Painted(code === undefined ? terminalText(text) : `\x1b[${code}m${terminalText(text)}\x1b[0m`)

/** Template tag: escapes string values and inserts painted ones as they are. */
export const painted = (own: TemplateStringsArray, ...values: (string | Painted)[]): Painted =>
  new Painted(own.map((text, at) => text + (at < values.length ? textOf(values[at] as string | Painted) : "")).join(""))

export const joinPainted = (pieces: readonly Painted[]): Painted => new Painted(pieces.map(textOf).join(""))

export const writePainted = (stream: Stream, text: Painted): void => writeUnescaped(stream, textOf(text))

const textOf = (value: string | Painted) => (typeof value === "string" ? terminalText(value) : Painted.textOf(value))

/** Writes UTF-8 bytes unchanged to a pipe or file, escaped to a terminal. Leaves the stream open. */
export const writeBytes = (stream: Stream, pieces: AsyncIterable<Uint8Array>): Promise<void> =>
  pipeline(stream.isTTY ? forTerminal(pieces) : pieces, stream, { end: false })
