let graphemes: Intl.Segmenter | undefined
/** Created on first use: that takes longer than rendering a short session. */
function segmentGraphemes(text: string): Iterable<{ segment: string }> {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" })
  return graphemes.segment(text)
}

// Wide and fullwidth blocks of Unicode's EastAsianWidth, and emoji by default presentation.
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u
const COMBINING = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200d\u2060])/u

/**
 * Splits text into terminal characters with their width in columns: 1; 2 for East Asian wide characters and emoji; 0
 * for combining ones. Concatenated, they are the text.
 */
export function* charactersOf(text: string): Generator<[character: string, width: number]> {
  if (/^[ -~]*$/.test(text)) for (const character of text) yield [character, 1]
  // A segmenter call costs far more than a single character.
  else if (text.length === 1) yield [text, widthOf(text)]
  else for (const { segment } of segmentGraphemes(text)) yield [segment, widthOf(segment)]
}

function widthOf(character: string): number {
  if (character < "\u0300") return 1
  return WIDE.test(character) ? 2 : COMBINING.test(character) ? 0 : 1
}

// VT100 special graphics for the characters from ` to ~.
const LINE_DRAWING = [..."◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"]

/** Maps text to the line-drawing character set: `lqqk` is `┌──┐`. */
export const toLineDrawing = (text: string): string =>
  text.replace(/[`-~]/g, (character) => LINE_DRAWING[character.charCodeAt(0) - 0x60] as string)
