import type { StateStack } from "shiki/textmate"
import type { Range } from "../diff/diff-words.ts"
import { escapeText, html, joinHtml, lookOf, type SafeHtml } from "../html/safe-html.ts"
import { PER_WORD } from "../html/weight.ts"
import { type Grammar, grammarOf, loadLanguages } from "./highlight-grammar.ts"
import { CLASSES } from "./highlight-theme.ts"
import { initialState, type Lexer, type LexState, lexLine } from "./lexer.ts"
import { lexerOf } from "./lexers.ts"

export { loadLanguages }

/** How many characters may still be coloured. Owned by the caller, decreased here. */
export interface Budget {
  left: number
}

/** Of one block, so many characters are coloured; the lines after them are plain. */
const BLOCK = 60_000
/** A longer line is data or minified code, which nobody reads and grammars are slowest at. */
const LINE = 1_000
/** Nor one with more opening brackets: the C++ grammar takes seconds for some of them. */
const BRACKETS = 40
/** Deeper than this no code is nested that anybody wrote, and a line costs more the deeper it is. */
const DEPTH = 200
/** Characters of lines that are remembered, for each language. */
const MEMORY = 2_000_000

/** Where a grammar stands between two lines. Equal states are one object, so that its lines are found again. */
interface State {
  stack: StateStack
  lines: Map<string, Painted<State>>
}

interface Painted<S> {
  line: SafeHtml
  /** How many words are coloured. */
  words: number
  /** Pairs of where one begins and what it is, as a place in `CLASSES`. */
  tokens: ArrayLike<number>
  /** Undefined: what follows is plain. */
  next: S | undefined
}

interface Memory {
  states: Map<number, State[]>
  characters: number
}

const memories = new WeakMap<Grammar, Memory>()

/**
 * Code as markup: text and, around what the language names, `<c- k>` and so on (see `TokenClass`).
 * No element is around it. Plain where the language is not loaded or unknown, after 60,000 characters of one block,
 * in lines over 1,000 characters or 40 opening brackets, and from where the budget is spent. A line that is coloured
 * costs its length and one of the budget, and no less than twelve for each of its coloured words: that bounds elements.
 */
export function highlight(code: string, language: string | undefined, budget?: Budget): SafeHtml {
  const lines = highlightLines(code, language, budget)
  return lines.length === 1
    ? (lines[0] as SafeHtml)
    : joinHtml(lines.map((line, i) => (i === 0 ? line : html`\n${line}`)))
}

/**
 * The same by line: as many as `code.split("\n")` gives; a carriage return at the end of a line is dropped.
 * @param marks for each line the ranges that are set in `<mark>`, in order
 */
export function highlightLines(
  code: string,
  language: string | undefined,
  budget?: Budget,
  marks: readonly (readonly Range[] | undefined)[] = [],
): SafeHtml[] {
  const lines = code.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
  const lexer = language === undefined ? undefined : lexerOf(language)
  if (lexer !== undefined)
    return painted(lines, initialState(lexer), (line, state) => lexed(line, state, lexer), budget, marks)
  const grammar = language === undefined ? undefined : grammarOf(language)
  if (grammar === undefined) return lines.map((line, i) => spans(line, noTokens, marks[i]).line)
  return painted(lines, stateOf(grammar, grammar.initial), (line, state) => parsed(line, state, grammar), budget, marks)
}

function painted<S>(
  lines: readonly string[],
  initial: S,
  paint: (line: string, state: S) => Painted<S>,
  budget: Budget | undefined,
  marks: readonly (readonly Range[] | undefined)[],
): SafeHtml[] {
  const block = { left: BLOCK }
  let state: S | undefined = initial
  return lines.map((line, i) => {
    const plain = () => spans(line, noTokens, marks[i]).line
    if (state === undefined || !spend(line.length + 1, block, budget)) {
      state = undefined
      return plain()
    }
    if (line.length > LINE || (line.length > BRACKETS && line.split(/[[({<]/, BRACKETS + 2).length > BRACKETS + 1))
      return plain()
    const found = paint(line, state)
    const dense = Math.max(0, found.words * PER_WORD - line.length - 1)
    if (!spend(dense, { left: dense }, budget)) {
      state = undefined
      return plain()
    }
    state = found.next
    return marks[i] ? spans(line, found.tokens, marks[i]).line : found.line
  })
}

function spend(cost: number, block: Budget, budget: Budget | undefined): boolean {
  if (cost > block.left || (budget !== undefined && cost > budget.left)) return false
  block.left -= cost
  if (budget !== undefined) budget.left -= cost
  return true
}

function lexed(line: string, state: LexState, lexer: Lexer): Painted<LexState> {
  const { tokens, next } = lexLine(line, lexer, state)
  return { ...spans(line, tokens), tokens, next }
}

function parsed(line: string, state: State, grammar: Grammar): Painted<State> {
  const known = state.lines.get(line)
  if (known !== undefined) return known
  const { tokens, ruleStack } = grammar.textmate.tokenizeLine2(line, state.stack)
  // The number of a token's colour is in bits 15 to 23.
  for (let i = 1; i < tokens.length; i += 2) tokens[i] = grammar.classes[((tokens[i] as number) >>> 15) & 0x1ff] ?? 0
  const next = ruleStack.depth > DEPTH ? undefined : stateOf(grammar, ruleStack)
  const painted = { ...spans(line, tokens), tokens, next }
  state.lines.set(line, painted)
  remember(grammar, line.length)
  return painted
}

function stateOf(grammar: Grammar, stack: StateStack): State {
  const memory: Memory = memories.get(grammar) ?? { states: new Map(), characters: 0 }
  memories.set(grammar, memory)
  const alike = memory.states.get(stack.depth) ?? []
  memory.states.set(stack.depth, alike)
  const known = alike.find((state) => state.stack === stack || state.stack.equals(stack))
  if (known !== undefined) return known
  const state: State = { stack, lines: new Map() }
  // Few states are what real code has; a search through more costs more than it saves.
  if (alike.length < 50) alike.push(state)
  return state
}

function remember(grammar: Grammar, characters: number): void {
  const memory = memories.get(grammar)
  if (memory === undefined) return
  memory.characters += characters + 50
  if (memory.characters > MEMORY) memories.delete(grammar)
}

const noTokens: ArrayLike<number> = []

/** Tokens are pairs of where one begins and what it is. */
function spans(line: string, tokens: ArrayLike<number>, marks: readonly Range[] = []) {
  const pieces: SafeHtml[] = []
  let words = 0
  let from = 0
  let kind = 0
  let mark = 0
  let marked: SafeHtml[] | undefined
  const piece = (to: number) => {
    if (to === from) return
    const text = line.slice(from, to)
    const into = marked ?? pieces
    if (kind !== 0) words++
    into.push(kind === 0 ? escapeText(text) : lookOf(CLASSES[kind] as string, text))
    from = to
  }
  const close = (to: number) => {
    // A mark holds whole spans: those at its ends are parted there.
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
    // A space looks the same in any colour: it joins the words around it rather than parting them.
    if (own === kind || isBlank(line, start, end)) continue
    close(start)
    kind = own
  }
  close(line.length)
  if (marked) pieces.push(html`<mark>${marked}</mark>`)
  return { line: joinHtml(pieces), words }
}

function isBlank(line: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = line.charCodeAt(i)
    if (code !== 32 && code !== 9) return false
  }
  return true
}
