/**
 * Characters that show nothing, or turn the direction of what stands around them: code that holds them does not do what
 * it seems to (https://trojansource.codes), and text can carry instructions in them that no reader sees.
 */

/** Those that no writing needs: overrides, embeddings and isolates of direction, tags, fillers, joiners of words, marks of order. */
const NEVER = "\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb"
/** Those that writing needs and code does not: soft hyphens, marks of direction, joiners, selectors of a variant, separators. */
const WRITING = "\\u00ad\\u034f\\u061c\\u180b-\\u180d\\u180f\\u200b-\\u200f\\u2028\\u2029\\ufe00-\\ufe0f"
/** All of plane 14: tags, and more selectors. */
const PLANE_14 = "\\udb40[\\udc00-\\udfff]"

const anyHidden = new RegExp(`[${NEVER}${WRITING}]|${PLANE_14}`)
const hiddenInProse = new RegExp(`[${NEVER}]|${PLANE_14}`)

// Emoji are made of several characters with invisible ones between them, and so are letters of some scripts.
const emoji = "\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?"
const flag = "\\u{1f3f4}[\\u{e0030}-\\u{e0039}\\u{e0061}-\\u{e007a}]{1,6}\\u{e007f}"
const letter =
  "[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mongolian}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Myanmar}\\p{Script=Khmer}]"
const kept = `${flag}|${emoji}(?:\\u200d${emoji})*|[0-9#*]\\ufe0f\\u20e3|(?<=${letter}\\p{M}*)[\\u200c\\u200d](?=${letter})`
const inCode = new RegExp(`(${kept})|([${NEVER}${WRITING}]|[\\u{e0000}-\\u{e0fff}])`, "gu")
const inProse = new RegExp(`(${flag})|([${NEVER}]|[\\u{e0000}-\\u{e0fff}])`, "gu")

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
  return text.replace(where === "code" ? inCode : inProse, (whole, keep: string | undefined) =>
    keep === undefined ? show(nameOf(whole)) : whole,
  )
}
