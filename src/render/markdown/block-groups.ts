import type { Token, Tokens } from "marked"

/** Kinds of alerts of GitHub, and their titles. */
export const ALERTS = {
  note: "Note",
  tip: "Tip",
  important: "Important",
  warning: "Warning",
  caution: "Caution",
} as const

export interface AlertToken {
  type: "alert"
  raw: string
  kind: keyof typeof ALERTS
  tokens: Token[]
}

/** Content that `<details>` folds, with the text of its summary. */
export interface DetailsToken {
  type: "details"
  raw: string
  summary: string
  tokens: Token[]
}

const MARK = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)/i
const DETAILS =
  /^<details(?:\s+open(?:=(?:""|"open"))?)?\s*>\s*(?:<summary>((?:(?!<\/?(?:summary|details))[\s\S])*)<\/summary>)?\s*$/i
const DETAILS_END = /^<\/details>\s*$/i
/** Details within each other; more are shown as text. */
const MAX_DEPTH = 8

interface OpenDetails {
  token: Token | undefined
  tokens: Token[]
}

/**
 * Groups the blocks of a text: quotes with the mark of an alert, and what stands between `<details>` and its end. What is
 * never ended stays as it is. Linear in the number of blocks.
 */
export function groupBlocks(tokens: readonly Token[]): Token[] {
  const open: OpenDetails[] = [{ token: undefined, tokens: [] }]
  for (const token of tokens) {
    const { tokens: own, token: begun } = open.at(-1)!
    const text = token.type === "html" ? token.raw.trim() : ""
    if (text !== "" && open.length <= MAX_DEPTH && DETAILS.test(text)) open.push({ token, tokens: [] })
    else if (begun && DETAILS_END.test(text)) {
      open.pop()
      open.at(-1)!.tokens.push(detailsOf(begun, own, token.raw))
    } else own.push(token.type === "blockquote" ? alertOf(token as Tokens.Blockquote) : token)
  }
  return open.flatMap(({ token, tokens }) => (token ? [token, ...tokens] : tokens))
}

function detailsOf(begun: Token, tokens: Token[], end: string): Token {
  const [, summary = ""] = DETAILS.exec(begun.raw.trim()) ?? []
  const raw = begun.raw + tokens.map((token) => token.raw).join("") + end
  // Only the text of the summary: tags in it would be links and styles.
  const details: DetailsToken = {
    type: "details",
    raw,
    summary: summary.replace(/<\/?[a-z][^<>]*>/gi, "").trim() || "Details",
    tokens,
  }
  return details as unknown as Token
}

function alertOf(quote: Tokens.Blockquote): Token {
  const [first, ...rest] = quote.tokens
  const [text, ...others] = first?.type === "paragraph" ? (first.tokens ?? []) : []
  const kind = text?.type === "text" ? MARK.exec(text.raw)?.[1]?.toLowerCase() : undefined
  const isAlone = text?.raw.includes("\n") || others.length === 0 || others[0]?.type === "br"
  if (!first || !text || kind === undefined || !isAlone) return quote
  const left = text.raw.replace(MARK, "")
  const inlines = [...(left === "" ? [] : [{ ...text, raw: left, text: left }]), ...others]
  // With line breaks kept, one follows the mark.
  const content = left === "" && inlines[0]?.type === "br" ? inlines.slice(1) : inlines
  const tokens = content.length === 0 ? rest : [{ ...first, tokens: content } as Token, ...rest]
  const alert: AlertToken = { type: "alert", raw: quote.raw, kind: kind as AlertToken["kind"], tokens }
  return alert as unknown as Token
}
