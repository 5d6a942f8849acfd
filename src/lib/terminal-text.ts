import { mayHide, reveal } from "./hidden-characters.ts"

/**
 * Text from elsewhere (a session, a manifest, a setting, a server, a link, a path) as one line that a terminal shows as it
 * is: C0 and C1 controls, DEL, overrides of direction and other characters that show nothing become JSON escapes
 * (`\u001b`, `\n`). Emoji and letters that are joined by such characters keep them. Escaped text stays as it is, and JSON
 * keeps its value.
 */
export function terminalText(text: string): string {
  const shown = controls.test(text) ? text.replace(everyControl, escaped) : text
  // The name is `U+202E`.
  return mayHide(shown)
    ? reveal(shown, "code", (name) => escaped(String.fromCodePoint(Number.parseInt(name.slice(2), 16))))
    : shown
}

/** As `terminalText`, but line feeds stay, for output of our own that has several lines. */
export const terminalLines = (text: string): string =>
  text.includes("\n") ? text.split("\n").map(terminalText).join("\n") : terminalText(text)

/** UTF-8 on its way to a terminal: escaped, but for line feeds and tabs. */
export async function* forTerminal(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder()
  const shown = (text: string) => Buffer.from(text.split("\t").map(terminalLines).join("\t"))
  // A character, or what joins two of them, may be cut in two: what follows the last line feed waits.
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

/** A title, or what else may be of any length, as one line of `terminalText`: white space becomes one space, a long one is cut. */
export function titleLine(title: string): string {
  const line = title
    .slice(0, 10 * LONGEST_TITLE_CHARS)
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
  return terminalText(line.length > LONGEST_TITLE_CHARS ? `${line.slice(0, LONGEST_TITLE_CHARS)}…` : line)
}

/** The first character of a text that `terminalText` escapes, by its name: `U+001B`. */
export function firstHidden(text: string): string | undefined {
  const shown = terminalText(text)
  if (shown === text) return undefined
  const characters = [...text]
  let at = 0
  while (shown.startsWith(characters.slice(0, at + 1).join(""))) at++
  return `U+${characters[at]!.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`
}

// Lone surrogates show as a replacement character, whichever they are.
const controls = /[\u0000-\u001f\u007f-\u009f]|\p{Cs}/u
const everyControl = new RegExp(controls, "gu")
const short: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at))
  return short[character] ?? units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")
}
