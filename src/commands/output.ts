import { pipeline } from "node:stream/promises"
import { forTerminal, terminalLines, terminalText } from "../lib/terminal-text.ts"

type Stream = NodeJS.WriteStream

/** `write` of guarded streams as it was. */
const unguarded = new WeakMap<Stream, Stream["write"]>()

/**
 * Makes everything that is written to a stream as text pass `terminalLines`, whoever writes it: a command, a package,
 * `console`. Line feeds alone keep their effect. What this package itself does to a terminal goes through the functions
 * below, which escape what they are given. Bytes (an export to a pipe) pass unchanged.
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

/** The stream for prompts, which move the cursor. Their texts have to be escaped first: `ask.ts` alone may use it. */
export function promptStream(stream: Stream): Stream {
  const write = unguarded.get(stream)
  if (!write) return stream
  return new Proxy(stream, {
    get(target, name) {
      if (name === "write") return write
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
}

/** Writes a text over the current line of a terminal. */
export const overwriteLine = (stream: Stream, text: string): void =>
  writeUnescaped(stream, `\r\x1b[2K${terminalText(text)}`)

/** Puts a text on the clipboard of the person in front of a terminal (OSC 52). */
export const copyThroughTerminal = (stream: Stream, text: string): void =>
  writeUnescaped(stream, `\x1b]52;c;${Buffer.from(text).toString("base64")}\x07`)

/** Text with colours of our own. Only `painted` and `paint` make it, of text that is escaped. */
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

/** A text in a colour (SGR code), or in none. */
export const paint = (code: number | undefined, text: string): Painted =>
  new Painted(code === undefined ? terminalText(text) : `\x1b[${code}m${terminalText(text)}\x1b[0m`)

/** Puts texts, which are escaped, and painted ones into a text of our own. */
export const painted = (own: TemplateStringsArray, ...values: (string | Painted)[]): Painted =>
  new Painted(own.map((text, at) => text + (at < values.length ? textOf(values[at] as string | Painted) : "")).join(""))

export const joinPainted = (pieces: readonly Painted[]): Painted => new Painted(pieces.map(textOf).join(""))

export const writePainted = (stream: Stream, text: Painted): void => writeUnescaped(stream, textOf(text))

const textOf = (value: string | Painted) => (typeof value === "string" ? terminalText(value) : Painted.textOf(value))

/** Writes bytes of text to a pipe or a file as they are, to a terminal escaped. Leaves the stream open. */
export const writeBytes = (stream: Stream, pieces: AsyncIterable<Uint8Array>): Promise<void> =>
  pipeline(stream.isTTY ? forTerminal(pieces) : pieces, stream, { end: false })
