/**
 * Characters that show nothing, or turn the direction of what stands around them: code that holds them does not do what
 * it seems to (https://trojansource.codes), and text can carry instructions in them that no reader sees.
 */

/** Those that no writing needs: overrides, embeddings and isolates of direction, tags, fillers, joiners of words, marks of order. */
const NEVER = "\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff0-\\ufffb"
/** Those that writing needs and code does not: soft hyphens, marks of direction, joiners, selectors of a variant, separators. */
const WRITING = "\\u00ad\\u034f\\u061c\\u180b-\\u180d\\u180f\\u200b-\\u200f\\u2028\\u2029\\ufe00-\\ufe0f"
/** Above U+FFFF none is needed: formats of shorthand and of music, and of plane 14 tags, more selectors and what is set aside for such. */
const HIGH = "\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}"
/** The same in UTF-16, which is quicker to look for. */
const HIGH_16 = "\\ud82f[\\udca0-\\udca3]|\\ud834[\\udd73-\\udd7a]|[\\udb40-\\udb43][\\udc00-\\udfff]"
/** One selector says which variant is meant; a row of them says something else. */
const SELECTORS = "[\\ufe00-\\ufe0f]{2}"

/** All of them, and more, as what a class of characters has between its brackets: one look tells that there are none. */
export const MAY_HIDE = `${NEVER}${WRITING}\\ud800-\\udfff`

const anyHidden = new RegExp(`[${NEVER}${WRITING}]|${HIGH_16}`)
const hiddenInProse = new RegExp(`[${NEVER}]|${HIGH_16}|${SELECTORS}`)

// Emoji are made of several characters with invisible ones between them, and so are letters of some scripts.
const emoji = "\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?"
// England, Scotland and Wales: the only flags that are written with tags. With any tags, a row of flags could hold a text.
const flag =
  "\\u{1f3f4}\\u{e0067}\\u{e0062}(?:\\u{e0065}\\u{e006e}\\u{e0067}|\\u{e0073}\\u{e0063}\\u{e0074}|\\u{e0077}\\u{e006c}\\u{e0073})\\u{e007f}"
const letter =
  "[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Myanmar}\\p{Script=Khmer}]"
const kept = `${flag}|${emoji}(?:\\u200d${emoji})*|[0-9#*]\\ufe0f\\u20e3|(?<=${letter}\\p{M}*)[\\u200c\\u200d](?=${letter})`
// The variants of ideographs that names are written with.
const keptInProse = `${flag}|(?<=\\p{Script=Han})[\\u{e0100}-\\u{e01ef}]`
// Made when they are needed: most sessions hide nothing, and to make them takes longer than to draw a few messages.
const hidden: Partial<Record<"code" | "prose", RegExp>> = {}
function hiddenIn(where: "code" | "prose"): RegExp {
  hidden[where] ??=
    where === "code"
      ? new RegExp(`(${kept})|([${NEVER}${WRITING}${HIGH}])`, "gu")
      : new RegExp(`(${keptInProse})|([${NEVER}${HIGH}]|(?<=[\\ufe00-\\ufe0f])[\\ufe00-\\ufe0f])`, "gu")
  return hidden[where]
}

/** Whether there may be something to reveal; quick. */
export const mayHide = (text: string): boolean => anyHidden.test(text)

/** `U+202E` and so on. */
const nameOf = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`

/**
 * Replaces hidden characters by what `show` makes of their names (`U+202E`): in prose those that no writing needs, in code
 * all but the ones inside emoji and between letters that are joined by them.
 */
export function reveal(text: string, where: "code" | "prose", show: (name: string) => string): string {
  if (!(where === "code" ? anyHidden : hiddenInProse).test(text)) return text
  return text.replace(hiddenIn(where), (whole, keep: string | undefined) =>
    keep === undefined ? show(nameOf(whole)) : whole,
  )
}
