import { Lexer, type MarkedOptions, type Token, Tokenizer, type Tokens } from "marked"
import { extensionsFor } from "./markdown-extensions.ts"

/** Characters times marks in one text's prose: any mark may be matched against all that follows. */
const MAX_MATCHING_COST = 100_000_000

/** marked's lexer, except that prose with too many marks to match in time stays as written. */
export class BoundedLexer extends Lexer {
  costLeft = MAX_MATCHING_COST
  readonly mention: RegExp | undefined

  /** @param text the text that will be read, which decides what is looked for */
  constructor(options: MarkedOptions, mentions: readonly string[], text: string) {
    super({
      ...options,
      extensions: extensionsFor(text) as NonNullable<MarkedOptions["extensions"]>,
      tokenizer: new QuickTokenizer(options),
    })
    this.mention = mentionPattern(mentions)
  }

  override inlineTokens(text: string, tokens: Token[] = []): Token[] {
    const cost = text.length * (text.match(/[!-/:-@[-`{-~]/g)?.length ?? 0)
    if (cost > this.costLeft) {
      tokens.push({ type: "written", raw: text, text })
      return tokens
    }
    this.costLeft -= cost
    const found = super.inlineTokens(text, tokens)
    if (this.mention) found.splice(0, found.length, ...found.flatMap((token) => this.withMentions(token)))
    return found
  }

  withMentions(token: Token): Token[] {
    const text = token.type === "text" && !("tokens" in token && token.tokens) ? token.text : ""
    const pieces = this.mention ? text.split(this.mention) : []
    if (pieces.length < 2) return [token]
    // Every other piece is what the pattern matched.
    return pieces.map((text: string, i: number) => ({ type: i % 2 === 1 ? "mention" : "text", raw: text, text }))
  }
}

/** Matches any of the mentions, of several the longest. */
const mentionPattern = (mentions: readonly string[]): RegExp | undefined =>
  mentions.length === 0
    ? undefined
    : new RegExp(
        `(${mentions
          .toSorted((a, b) => b.length - a.length)
          .map((mention) => mention.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"))
          .join("|")})`,
      )

/** A letter of a script that is written without spaces, or one beside which punctuation is not set off by them. */
const CJK = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}]/u
/** Punctuation between asterisks and such a letter, on either side. */
const CLOSING_BEFORE_CJK = /[^\s*](?=\*+[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}])/gu
const PUNCTUATION = /[\p{P}\p{S}]/u

/**
 * marked's tokenizer, with a cheap test before a pattern that backtracks over every position of a paragraph, and with
 * emphasis beside Chinese, Japanese and Korean as readers of these expect it: CommonMark's rule (0.31, 6.2) asks for a
 * space between punctuation in the emphasis and a letter outside of it, which they do not write.
 */
class QuickTokenizer extends Tokenizer {
  #masked = ""
  #maskedForCjk = ""

  /** Math in `\\(…\\)` and `\\[…\\]` stays as written: its backslashes and marks are not Markdown's. */
  override escape(src: string): Tokens.Escape | undefined {
    const close = src.startsWith("\\(") ? "\\)" : src.startsWith("\\[") ? "\\]" : undefined
    const end = close === undefined ? -1 : src.indexOf(close, 2)
    if (end < 0) return super.escape(src)
    const raw = src.slice(0, end + 2)
    // `renderInline` shows the text of any token of this type escaped.
    return { type: "escape", raw, text: raw }
  }

  override emStrong(src: string, masked: string, previous = ""): Tokens.Em | Tokens.Strong | undefined {
    if (!src.startsWith("*")) return super.emStrong(src, masked, previous)
    // The same string for every mark of a paragraph: replaced once, to stay linear.
    if (this.#masked !== masked) {
      this.#masked = masked
      this.#maskedForCjk = CJK.test(masked)
        ? masked.replace(CLOSING_BEFORE_CJK, (sign) => (PUNCTUATION.test(sign) ? "a".repeat(sign.length) : sign))
        : masked
    }
    if (!CJK.test(previous)) return super.emStrong(src, this.#maskedForCjk, previous)
    return super.emStrong(src, this.#maskedForCjk, OPENS_BEFORE_PUNCTUATION.test(src) ? "" : previous)
  }

  /** Setext headings. In Bun's engine, half of the time of a share went into this pattern. */
  override lheading(text: string): Tokens.Heading | undefined {
    return isUnderlined(text) ? super.lheading(text) : undefined
  }
}

const OPENS_BEFORE_PUNCTUATION = /^\*+(?!\*)[\p{P}\p{S}]/u

const UNDERLINE = /^ {0,3}(?:=+|-+)[ \t]*$/

/** Whether an underline comes before the first blank line. */
function isUnderlined(text: string): boolean {
  for (let from = text.indexOf("\n") + 1; from > 0; ) {
    const end = text.indexOf("\n", from)
    const line = text.slice(from, end < 0 ? text.length : end)
    if (UNDERLINE.test(line)) return true
    if (line.trim() === "" || end < 0) return false
    from = end + 1
  }
  return false
}
