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

/** marked's tokenizer, with a cheap test before a pattern that backtracks over every position of a paragraph. */
class QuickTokenizer extends Tokenizer {
  /** Setext headings. In Bun's engine, half of the time of a share went into this pattern. */
  override lheading(text: string): Tokens.Heading | undefined {
    return isUnderlined(text) ? super.lheading(text) : undefined
  }
}

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
