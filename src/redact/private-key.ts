const LONGEST = 20_000
const opening = /-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-Lines: \d{1,4}/g
// What stands in front of a line: a diff's sign, a quote's mark, a line number, indentation.
const inFront = /^[\s+\-|>"'`,]*(?:\d{1,6}[:|]\s?)?[\s+\-|>"']*/

/**
 * The lines of private keys in a text (PEM, OpenSSH, PGP, PuTTY), one list a key: also of a key that is cut off, quoted,
 * numbered, in a diff, or with its line ends escaped. `from` are the places where one may begin.
 */
export function privateKeys(text: string): string[][] {
  const keys: string[][] = []
  for (const match of text.matchAll(opening)) {
    const from = match.index + match[0].length
    const dashes = text.indexOf("----", from)
    const end = Math.min(from + LONGEST, dashes < 0 ? text.length : dashes + 12)
    const body: string[] = []
    for (const line of text.slice(from, end).split(/(?:\\{1,8}[nr])+|[\r\n]+/)) {
      const content = line.replace(inFront, "").replace(/["'`,;\s\\]{1,64}$/, "")
      if (content === "" || /^(?:[\w-]{1,20}: |[\w-]{1,20}:$)/.test(content)) {
        if (content.startsWith("Private-MAC")) break
        continue
      }
      // One line with spaces in the place of its ends, as variables have it.
      const words = content.split(/ +/)
      const lines = words.filter((word) => /^[A-Za-z0-9+/=]+$/.test(word))
      if (lines.length === words.length) body.push(...lines)
      else {
        if (words.length > 1) body.push(...lines.filter((word) => word.length >= 20))
        const rest = /^([A-Za-z0-9+/=]{16,})-{4,5} ?END/.exec(content)?.[1]
        if (rest) body.push(rest)
        break
      }
    }
    if (body.join("").length >= 32) keys.push(body)
  }
  return keys
}

const tail =
  /(\[redacted: private key #\d+\])((?:(?:\\{1,8}[nrt]|\x1b\[[0-9;]*m|[\s+\-|>:"',]|\d{1,6}[:|]){1,24}[A-Za-z0-9+/=]{1,19}){1,3})(?=(?:\\{1,8}[nrt]|\x1b\[[0-9;]*m|[\s+|>:"',]|-(?!-)|\d{1,6}[:|]){0,24}(?:-{4,5} ?END|Private-MAC))/g

/** The short last lines of keys that are redacted otherwise: too short to be looked for where no key surrounds them. */
export const withoutTails = (text: string): string =>
  text.includes("[redacted: private key #")
    ? text.replace(
        tail,
        (_, mark: string, lines: string) => mark + lines.replace(/(?<![\\[\d;])[A-Za-z0-9+/=]{1,19}(?![:|\d;])/g, "…"),
      )
    : text
