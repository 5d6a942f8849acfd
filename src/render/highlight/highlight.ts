import type { TextRange } from "../diff/diff-words.ts"
import type { PatchRow } from "../diff/parse-patch.ts"
import { escapeText, html, joinHtml, type SafeHtml, styledSpan } from "../html/safe-html.ts"
import { initialState, isSameState, type Lexer, type LexState, lexLine } from "./lexer.ts"
import { lexerOf } from "./lexers.ts"
import { type GrammarStack, grammarOf, type LoadedGrammar, loadLanguages } from "./textmate.ts"
import { TOKEN_CLASSES } from "./token-classes.ts"

export { loadLanguages }

/** Characters that may still be highlighted. Owned by the caller, decreased here. */
export interface HighlightBudget {
  charsLeft: number
}

/** Tokens, at most, for which so much of a budget was spent. */
export const highlightedTokens = (chars: number): number => Math.ceil(chars / CHARS_PER_TOKEN)

/** The budget of one item of a page. Items do not share it, so that none changes another. */
export const itemBudget = (): HighlightBudget => ({ charsLeft: MAX_ITEM_CHARS })

/** Characters that a highlighted token costs at least: common languages have one token per 12 to 25 characters. */
const CHARS_PER_TOKEN = 12
/** Characters highlighted per item of a page: 2,500 tokens at most. */
const MAX_ITEM_CHARS = 30_000
/** Characters highlighted per block; later lines are plain. */
const MAX_BLOCK_CHARS = 60_000
/** Longer lines are data or minified code: unreadable, and slow in grammars. */
const MAX_LINE_CHARS = 1_000
/** The C++ grammar takes seconds for some lines with many opening brackets. */
const MAX_LINE_BRACKETS = 40
/** No real code is nested deeper, and a line costs more the deeper it is. */
const MAX_DEPTH = 200
/** Characters of cached lines per language. */
const MAX_CACHED_CHARS = 2_000_000

/** State of a grammar between two lines. Equal states are interned, so that their cached lines are found again. */
interface GrammarState {
  stack: GrammarStack
  lineCache: Map<string, HighlightedLine<GrammarState>>
}

interface HighlightedLine<S> {
  line: SafeHtml
  /** Number of highlighted tokens. */
  tokenCount: number
  /** Pairs of start offset and index in `TOKEN_CLASSES`. */
  tokens: ArrayLike<number>
  /** undefined: the following lines are plain. */
  next: S | undefined
}

interface LineCache {
  states: Map<number, GrammarState[]>
  chars: number
}

const lineCaches = new WeakMap<LoadedGrammar, LineCache>()

/**
 * Highlights code: text with `<c- k>` and so on around tokens (see `TokenClass`), without a wrapper. Plain if the
 * language is unknown or not loaded, after 60,000 characters of a block, in lines over 1,000 characters or 40 opening
 * brackets, and once the budget is spent. A highlighted line costs its length plus one, and at least twelve per token,
 * which bounds the elements.
 */
export function highlight(code: string, language: string | undefined, budget?: HighlightBudget): SafeHtml {
  const lines = highlightLines(code, language, budget)
  return lines.length === 1
    ? (lines[0] as SafeHtml)
    : joinHtml(lines.map((line, i) => (i === 0 ? line : html`\n${line}`)))
}

/**
 * Highlights code line by line: as many lines as `code.split("\n")` gives. Drops a carriage return at the end of a
 * line.
 * @param marks per line, the ranges to wrap in `<mark>`, in order
 * @param kinds per line of a hunk, its side: the old lines and the new lines are each read as one text, so that a string
 * that both `-"""a` and `+"""b` open stays one string; notes belong to neither
 */
export function highlightLines(
  code: string,
  language: string | undefined,
  budget?: HighlightBudget,
  marks: readonly (readonly TextRange[] | undefined)[] = [],
  kinds: readonly PatchRow["kind"][] = [],
): SafeHtml[] {
  const lines = code.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
  const lexer = language === undefined ? undefined : lexerOf(language)
  if (lexer !== undefined)
    return highlightAll(
      lines,
      initialState(lexer),
      (line, state) => highlightWithLexer(line, state, lexer),
      isSameState,
      budget,
      marks,
      kinds,
    )
  const grammar = language === undefined ? undefined : grammarOf(language)
  if (grammar === undefined) return lines.map((line, i) => lineMarkup(line, NO_TOKENS, marks[i]).line)
  return highlightAll(
    lines,
    internState(grammar, grammar.initial),
    (line, state) => highlightWithGrammar(line, state, grammar),
    (a, b) => a.stack.equals(b.stack),
    budget,
    marks,
    kinds,
  )
}

function highlightAll<S>(
  lines: readonly string[],
  initial: S,
  highlightLine: (line: string, state: S) => HighlightedLine<S>,
  isSame: (a: S, b: S) => boolean,
  budget: HighlightBudget | undefined,
  marks: readonly (readonly TextRange[] | undefined)[],
  kinds: readonly PatchRow["kind"][],
): SafeHtml[] {
  const block = { charsLeft: MAX_BLOCK_CHARS }
  let before: S | undefined = initial
  let after: S | undefined = initial
  return lines.map((line, i) => {
    const plain = () => lineMarkup(line, NO_TOKENS, marks[i]).line
    const kind = kinds[i] ?? "same"
    if (kind === "note") return plain()
    const state = kind === "del" ? before : after
    if (state === undefined) {
      if (kind === "same") before = undefined
      return plain()
    }
    if (!spendBudget(line.length + 1, block, budget)) {
      before = after = undefined
      return plain()
    }
    if (
      line.length > MAX_LINE_CHARS ||
      (line.length > MAX_LINE_BRACKETS && line.split(/[[({<]/, MAX_LINE_BRACKETS + 2).length > MAX_LINE_BRACKETS + 1)
    )
      return plain()
    const found = highlightLine(line, state)
    const dense = Math.max(0, found.tokenCount * CHARS_PER_TOKEN - line.length - 1)
    if (!spendBudget(dense, { charsLeft: dense }, budget)) {
      before = after = undefined
      return plain()
    }
    if (kind === "del") before = found.next
    else if (kind === "add") after = found.next
    else {
      // The new side is shown; the old one is read beside it only while the two differ.
      const differs = before !== undefined && before !== state && !isSame(before, state)
      before = before === undefined ? undefined : differs ? highlightLine(line, before).next : found.next
      after = found.next
    }
    return marks[i] ? lineMarkup(line, found.tokens, marks[i]).line : found.line
  })
}

function spendBudget(cost: number, block: HighlightBudget, budget: HighlightBudget | undefined): boolean {
  if (cost > block.charsLeft || (budget !== undefined && cost > budget.charsLeft)) return false
  block.charsLeft -= cost
  if (budget !== undefined) budget.charsLeft -= cost
  return true
}

function highlightWithLexer(line: string, state: LexState, lexer: Lexer): HighlightedLine<LexState> {
  const { tokens, next } = lexLine(line, lexer, state)
  return { ...lineMarkup(line, tokens), tokens, next }
}

function highlightWithGrammar(
  line: string,
  state: GrammarState,
  grammar: LoadedGrammar,
): HighlightedLine<GrammarState> {
  const cached = state.lineCache.get(line)
  if (cached !== undefined) return cached
  const { tokens, ruleStack } = grammar.textmate.tokenizeLine2(line, state.stack)
  // Bits 15 to 23 hold the colour's number.
  for (let i = 1; i < tokens.length; i += 2) tokens[i] = grammar.classes[((tokens[i] as number) >>> 15) & 0x1ff] ?? 0
  const next = ruleStack.depth > MAX_DEPTH ? undefined : internState(grammar, ruleStack)
  const highlighted = { ...lineMarkup(line, tokens), tokens, next }
  state.lineCache.set(line, highlighted)
  countCached(grammar, line.length)
  return highlighted
}

function internState(grammar: LoadedGrammar, stack: GrammarStack): GrammarState {
  const cache: LineCache = lineCaches.get(grammar) ?? { states: new Map(), chars: 0 }
  lineCaches.set(grammar, cache)
  const alike = cache.states.get(stack.depth) ?? []
  cache.states.set(stack.depth, alike)
  const cached = alike.find((state) => state.stack === stack || state.stack.equals(stack))
  if (cached !== undefined) return cached
  const state: GrammarState = { stack, lineCache: new Map() }
  // Real code has few states; searching more costs more than it saves.
  if (alike.length < 50) alike.push(state)
  return state
}

function countCached(grammar: LoadedGrammar, characters: number): void {
  const cache = lineCaches.get(grammar)
  if (cache === undefined) return
  cache.chars += characters + 50
  if (cache.chars > MAX_CACHED_CHARS) lineCaches.delete(grammar)
}

const NO_TOKENS: ArrayLike<number> = []

/** Tokens are pairs of start offset and class index. */
function lineMarkup(line: string, tokens: ArrayLike<number>, marks: readonly TextRange[] = []) {
  const pieces: SafeHtml[] = []
  let tokenCount = 0
  let from = 0
  let kind = 0
  let mark = 0
  let marked: SafeHtml[] | undefined
  const piece = (to: number) => {
    if (to === from) return
    const text = line.slice(from, to)
    const into = marked ?? pieces
    if (kind !== 0) tokenCount++
    into.push(kind === 0 ? escapeText(text) : styledSpan(TOKEN_CLASSES[kind] as string, text))
    from = to
  }
  const close = (to: number) => {
    // A mark contains whole spans: split those at its ends.
    for (let range = marks[mark]; range && (marked ? range.to : range.from) <= to; range = marks[mark]) {
      piece(marked ? range.to : range.from)
      if (marked) {
        pieces.push(html`<mark>${marked}</mark>`)
        mark++
      }
      marked = marked ? undefined : []
    }
    piece(to)
  }
  for (let i = 0; i < tokens.length; i += 2) {
    const start = tokens[i] as number
    const end = tokens[i + 2] ?? line.length
    const own = tokens[i + 1] as number
    // White space looks the same in any class: it extends the previous token.
    if (own === kind || isBlank(line, start, end)) continue
    close(start)
    kind = own
  }
  close(line.length)
  if (marked) pieces.push(html`<mark>${marked}</mark>`)
  return { line: joinHtml(pieces), tokenCount }
}

function isBlank(line: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = line.charCodeAt(i)
    if (code !== 32 && code !== 9) return false
  }
  return true
}
