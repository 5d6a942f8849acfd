import type { Lexer, Token } from "marked"

/** A tokenizer of marked: reads a token from the beginning of a text. */
type Extension = (this: { lexer: Lexer }, text: string) => (Token & { raw: string }) | undefined

const INLINE_MATH = /^\$(?![\s$])((?:\\[^\n]|[^\\$\n`]){1,300}?)(?<![\s\\])\$(?![\w$])/
const DISPLAY_MATH = /^\$\$(?!\$)((?:\\[\s\S]|[^\\$`]){1,2000}?)\$\$/
/** Two prices in a line are no formula. */
const FORMULA = /[\\^_={}<>+*/]|^\w$/

/** Formulas stay as they were written: `_` and `*` in them are no emphasis. */
const math: Extension = (text) => {
  const raw = DISPLAY_MATH.exec(text)?.[0] ?? INLINE_MATH.exec(text)?.[0]
  return raw !== undefined && FORMULA.test(raw.replaceAll("$", "")) ? { type: "math", raw, text: raw } : undefined
}

const MATH_BLOCK = /^ {0,3}\$\$(?:[ \t]*\n)?((?:\\[\s\S]|[^\\$]){1,4000}?)\$\$[ \t]*(?:\n+|$)/

const mathBlock: Extension = (text) => {
  const raw = MATH_BLOCK.exec(text)?.[0]
  return raw === undefined ? undefined : { type: "math", raw, text: raw }
}

const MARK = /^\[\^([^\]\s]{1,40})\]/
const DEFINITION = /^ {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*/gm
const NOTE =
  /^ {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*([^\n]*(?:\n(?! {0,3}\[\^)[^\n]*\S[^\n]*|\n+(?: {2,}|\t)[^\n]*\S[^\n]*)*)(?:\n+|$)/

/** Footnotes of a text: marks that have a note, and the notes where they stand. */
function footnotes(text: string): { mark: Extension; note: Extension } | undefined {
  const labels = new Set([...text.matchAll(DEFINITION)].map(([, label]) => label))
  if (labels.size === 0) return undefined
  return {
    mark(text) {
      const [raw, label] = MARK.exec(text) ?? []
      return raw !== undefined && labels.has(label) ? { type: "footnoteMark", raw, text: label! } : undefined
    },
    note(text) {
      const [raw, label, content = ""] = NOTE.exec(text) ?? []
      if (raw === undefined) return undefined
      const tokens = this.lexer.blockTokens(content.replace(/^(?: {1,4}|\t)/gm, ""), [])
      return { type: "footnote", raw, label, tokens } as Token & { raw: string }
    },
  }
}

/** Extensions of marked for one text. */
export function extensionsFor(text: string): object {
  const notes = footnotes(text)
  const inline: Extension[] = [...(text.includes("$") ? [math] : []), ...(notes ? [notes.mark] : [])]
  const block: Extension[] = [...(text.includes("$$") ? [mathBlock] : []), ...(notes ? [notes.note] : [])]
  const startInline = text.includes("$") ? [(rest: string) => rest.indexOf("$")] : []
  return { inline, block, startInline, startBlock: [], renderers: {}, childTokens: {} }
}
