import { mayHide, reveal } from "./hidden-characters.ts"

/**
 * Escapes untrusted text (a session, a manifest, a setting, a server, a link, a path) for one line of a terminal: C0
 * and C1 controls, DEL, direction overrides and other invisible characters become JSON escapes (`\u001b`, `\n`). Emoji
 * and letters that need joiners keep them. Idempotent, and JSON keeps its value.
 */
export function terminalText(text: string): string {
  const shown = controls.test(text) ? text.replace(everyControl, escaped) : text
  // `name` has the form `U+202E`.
  return mayHide(shown)
    ? reveal(shown, "code", (name) => escaped(String.fromCodePoint(Number.parseInt(name.slice(2), 16))))
    : shown
}

/** `terminalText` for our own output of several lines: keeps line feeds. */
export const terminalLines = (text: string): string =>
  text.includes("\n") ? text.split("\n").map(terminalText).join("\n") : terminalText(text)

/** Escapes a UTF-8 stream for a terminal; keeps line feeds and tabs. */
export async function* forTerminal(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder()
  const shown = (text: string) => Buffer.from(text.split("\t").map(terminalLines).join("\t"))
  // A chunk may end inside a character or a joined sequence: text after the last line feed waits.
  let rest = ""
  for await (const piece of pieces) {
    const text = rest + decoder.decode(piece, { stream: true })
    const end = text.lastIndexOf("\n") + 1
    rest = text.slice(end)
    if (end > 0) yield shown(text.slice(0, end))
  }
  yield shown(rest + decoder.decode())
}

const LONGEST_TITLE_CHARS = 200

/**
 * Formats a title, or other text of any length, as one line of `terminalText`: white space collapses, long text is cut.
 */
export function titleLine(title: string): string {
  const line = title
    .slice(0, 10 * LONGEST_TITLE_CHARS)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
  return terminalText(line.length > LONGEST_TITLE_CHARS ? `${line.slice(0, LONGEST_TITLE_CHARS)}…` : line)
}

/** Name of the first character that `terminalText` escapes: `U+001B`. */
export function firstHidden(text: string): string | undefined {
  const shown = terminalText(text)
  if (shown === text) return undefined
  const characters = [...text]
  let at = 0
  while (shown.startsWith(characters.slice(0, at + 1).join(""))) at++
  return `U+${characters[at]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`
}

// Lone surrogates are shown as replacement characters.
const controls = /[\u0000-\u001f\u007f-\u009f]|\p{Cs}/u
const everyControl = new RegExp(controls, "gu")
const short: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return short[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")
}
