import { mayHide } from "../../lib/hidden-characters.ts"

// Extra bytes beyond the character itself: entities, and control characters, which become pictures of three bytes.
const EXTRA_BYTES = new Uint8Array(128)
for (const [character, more] of Object.entries({ "&": 4, "<": 3, ">": 3, '"': 5, "'": 4 }))
  EXTRA_BYTES[character.charCodeAt(0)] = more
for (let code = 0; code < 32; code++) if (code !== 9 && code !== 10 && code !== 13) EXTRA_BYTES[code] = 2
EXTRA_BYTES[127] = 2

/** `<span class="u">U+202E</span>` in place of a hidden character. */
const HIDDEN_BYTES = 32
const HIDDEN_CHARACTERS = /[\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu

/** Bytes of a character at most: escaped, if it is ASCII, and of a hidden one, which is named. */
const MAX_ASCII_BYTES = 6
const MAX_CHARACTER_BYTES = 3 + HIDDEN_BYTES

/** Whether a text has at most so many bytes on a page. Most texts are far below: their characters need not be counted. */
export function hasBytes(text: string, most: number): boolean {
  if (text.length > most) return false
  if (text.length * MAX_CHARACTER_BYTES <= most) return true
  if (text.length * MAX_ASCII_BYTES <= most && Buffer.byteLength(text) === text.length) return true
  return textBytes(text) <= most
}

/** Bytes of a text on a page, at most: UTF-8, with markup escaped and hidden characters named. */
export function textBytes(text: string): number {
  let bytes = text.length
  let highest = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    bytes += code < 128 ? EXTRA_BYTES[code]! : 2
    highest |= code
  }
  if (highest < 128 || !mayHide(text)) return bytes
  return bytes + (text.match(HIDDEN_CHARACTERS)?.length ?? 0) * HIDDEN_BYTES
}
