/**
 * Invisible characters and those that change text direction: code with them does not do what it seems to
 * (https://trojansource.codes), and they can hide instructions from readers.
 */

/** No text needs these: direction overrides, embeddings and isolates, tags, fillers, word joiners, byte order marks. */
const NEVER_NEEDED =
  "\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb"
/** Needed in prose but not in code: soft hyphens, direction marks, joiners, variation selectors, separators. */
const NEEDED_IN_PROSE = "\\u00ad\\u034f\\u061c\\u180b-\\u180d\\u180f\\u200b-\\u200f\\u2028\\u2029\\ufe00-\\ufe0f"
/**
 * Above U+FFFF, none is needed: format characters of shorthand and music; tags, supplementary variation selectors and
 * reserved characters of plane 14.
 */
const ASTRAL = "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"
/** The same in UTF-16, which matches faster. */
const ASTRAL_UTF16 = "\\ud82f[\\udca0-\\udca3]|\\ud834[\\udd73-\\udd7a]|[\\udb40-\\udb43][\\udc00-\\udfff]"
/** One variation selector is legitimate; a run of them can carry data. */
const SELECTOR_RUN = "[\\ufe00-\\ufe0f]{2}"

/** A superset of all of them as the content of a character class, for one quick test. */
export const MAY_HIDE = `${NEVER_NEEDED}${NEEDED_IN_PROSE}\\ud800-\\udfff`

const anyHidden = new RegExp(`[${NEVER_NEEDED}${NEEDED_IN_PROSE}]|${ASTRAL_UTF16}`)
const hiddenInProse = new RegExp(`[${NEVER_NEEDED}]|${ASTRAL_UTF16}|${SELECTOR_RUN}`)

// Emoji sequences and letters of some scripts contain invisible joiners.
const emoji = "\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?"
// England, Scotland and Wales: the only flags written with tags. Allowing any tags would let a row of flags carry
// text.
const flag =
  "\\u{1f3f4}\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}"
const letter =
  "[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Myanmar}\\p{Script=Khmer}]"
const legitimate = `${flag}|${emoji}(?:\\u200d${emoji})*|[0-9#*]\\ufe0f\\u20e3|(?<=${letter}\\p{M}*)[\\u200c\\u200d](?=${letter})`
// Ideographic variants, used in names.
const legitimateInProse = `${flag}|(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]`
// Compiled on first use: most sessions hide nothing, and compiling takes longer than rendering a few messages.
const patterns: Partial<Record<"code" | "prose", RegExp>> = {}
function patternFor(where: "code" | "prose"): RegExp {
  patterns[where] ??=
    where === "code"
      ? new RegExp(`(${legitimate})|([${NEVER_NEEDED}${NEEDED_IN_PROSE}${ASTRAL}])`, "gu")
      : new RegExp(`(${legitimateInProse})|([${NEVER_NEEDED}${ASTRAL}]|(?<=[\\ufe00-\\ufe0f])[\\ufe00-\\ufe0f])`, "gu")
  return patterns[where]
}

/** Quick test whether there may be hidden characters. */
export const mayHide = (text: string): boolean => anyHidden.test(text)

/** `U+202E` and so on. */
const codePointName = (character: string) =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`

/**
 * Replaces hidden characters with the result of `show` for their names (`U+202E`). In prose, those that no text needs;
 * in code, all except those inside emoji and between joining letters.
 */
export function reveal(text: string, where: "code" | "prose", show: (name: string) => string): string {
  if (!(where === "code" ? anyHidden : hiddenInProse).test(text)) return text
  return text.replace(patternFor(where), (character, keep: string | undefined) =>
    keep === undefined ? show(codePointName(character)) : character,
  )
}
