let graphemes: Intl.Segmenter | undefined
/** Set up when it is needed: that takes longer than to draw a short session. */
function segments(text: string): Iterable<{ segment: string }> {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" })
  return graphemes.segment(text)
}

// Wide and fullwidth in Unicode's EastAsianWidth, by block, and what is drawn as an emoji by itself.
const wide =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation})/u
const joining = /^(?:\p{Mn}|\p{Me}|[\u200b-\u200d\u2060])/u

/**
 * The characters of a text as a terminal shows them, each with how many columns it takes: 1, 2 for those of East Asia and
 * for emoji, 0 for one that joins what stands before it. Together they are the text.
 */
export function* charactersOf(text: string): Generator<[character: string, width: number]> {
  if (/^[ -~]*$/.test(text)) for (const character of text) yield [character, 1]
  // To set up a segmentation costs far more than one character does.
  else if (text.length === 1) yield [text, widthOf(text)]
  else for (const { segment } of segments(text)) yield [segment, widthOf(segment)]
}

function widthOf(character: string): number {
  if (character < "\u0300") return 1
  return wide.test(character) ? 2 : joining.test(character) ? 0 : 1
}

// VT100's special graphics: what stands for the characters from ` to ~.
const drawing = [..."◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"]

/** A text in the character set for drawing lines: `lqqk` is `┌──┐`. */
export const asDrawing = (text: string): string =>
  text.replace(/[`-~]/g, (character) => drawing[character.charCodeAt(0) - 0x60] as string)
