import { Lexer, type MarkedOptions, type Token, Tokenizer, type Tokens } from "marked"

/** Characters times marks of the prose of one text. Any mark may have to be matched with all that follows it. */
const MOST_MATCHING = 100_000_000

/** marked's lexer, except that a piece of prose whose marks would take too long to be matched stays as it was written. */
export class BoundedLexer extends Lexer {
  left = MOST_MATCHING
  readonly mentions: readonly string[]

  constructor(options: MarkedOptions, mentions: readonly string[]) {
    super({ ...options, tokenizer: new QuickTokenizer(options) })
    this.mentions = mentions
  }

  override inlineTokens(text: string, tokens: Token[] = []): Token[] {
    const cost = text.length * (text.match(/[!-/:-@[-`{-~]/g)?.length ?? 0)
    if (cost > this.left) {
      tokens.push({ type: "written", raw: text, text })
      return tokens
    }
    this.left -= cost
    const found = super.inlineTokens(text, tokens)
    if (this.mentions.length > 0) found.splice(0, found.length, ...found.flatMap((token) => this.withMentions(token)))
    return found
  }

  withMentions(token: Token): Token[] {
    const text = token.type === "text" && !("tokens" in token && token.tokens) ? token.text : ""
    const first = this.mentions
      .map((mention) => ({ mention, at: text.indexOf(mention) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at || b.mention.length - a.mention.length)[0]
    if (!first) return [token]
    const { mention, at } = first
    const piece = (type: string, text: string) => ({ type, raw: text, text })
    return [
      piece("text", text.slice(0, at)),
      piece("mention", mention),
      ...this.withMentions(piece("text", text.slice(at + mention.length)) as Token),
    ]
  }
}

/** marked's tokenizer, except that a paragraph's end is looked for first where its pattern would try every place before it. */
class QuickTokenizer extends Tokenizer {
  /** A heading that is underlined. In the engine of Bun, half of a share's time went into this one pattern. */
  override lheading(text: string): Tokens.Heading | undefined {
    return isUnderlined(text) ? super.lheading(text) : undefined
  }
}

const underline = /^ {0,3}(?:=+|-+)[ \t]*$/

/** Whether there is an underline before the first empty line. */
function isUnderlined(text: string): boolean {
  for (let from = text.indexOf("\n") + 1; from > 0; ) {
    const end = text.indexOf("\n", from)
    const line = text.slice(from, end < 0 ? text.length : end)
    if (underline.test(line)) return true
    if (line.trim() === "" || end < 0) return false
    from = end + 1
  }
  return false
}
