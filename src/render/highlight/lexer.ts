import { TOKEN_CLASSES, type TokenClass } from "./token-classes.ts"

// Rule-driven tokenizer for one line at a time, for the most frequent languages: a TextMate grammar compiles hundreds
// of expressions before its first line and tries dozens of them at every position.

/** Class of a matched text, or a function that derives it from the context. */
export type TokenRule = TokenClass | ((found: string, at: number, line: string) => TokenClass)

/**
 * One alternative of a mode. Its expression must have no capturing groups, and no nested repetition that can match the
 * same text in two ways: lines are hostile and must be read in linear time.
 */
export interface LexerRule {
  match: string
  token: TokenRule
  /** Condition of a match; if it fails, the first character of the match is plain. */
  when?: (found: string, at: number, line: string) => boolean
  /** Mode to enter after the match. A function may derive its detail from the match. */
  push?: string | ((found: string, line: string) => ModePush | undefined)
  /** Leaves the current mode, unless it is the outermost. */
  pop?: boolean
}

/** A mode to enter, its detail, and the lexer of its lines if they are in another language. */
export interface ModePush {
  mode: string
  detail?: string
  inner?: Lexer | undefined
}

export interface LexerModeRules {
  rules: readonly LexerRule[]
  /** Class of unmatched text. */
  rest?: TokenClass
  /** The mode ends with the line. */
  line?: boolean
  /** Ends the mode before or after a line, given the detail with which it was entered. */
  endsAt?: (line: string, detail: string) => "before" | "after" | undefined
}

export interface LexerMode {
  pattern: RegExp
  rules: readonly LexerRule[]
  rest: TokenClass
  line: boolean
  endsAt: LexerModeRules["endsAt"]
}

/** Modes of a language by name; `main` is the initial one. */
export type Lexer = Map<string, LexerMode>

/** State after a line: the current mode and the enclosing ones. */
export interface LexState {
  mode: LexerMode
  detail: string
  outer: LexState | undefined
  depth: number
  /** For lines in another language: its lexer and state. */
  inner?: { lexer: Lexer; state: LexState }
}

export interface LexedLine {
  /** Pairs of start offset and index in `TOKEN_CLASSES`. */
  tokens: number[]
  next: LexState
}

const classIndex = new Map(TOKEN_CLASSES.map((name, i) => [name, i]))

/** No real code is nested deeper. */
const MAX_DEPTH = 100

export function createLexer(modes: Record<string, LexerModeRules>): Lexer {
  return new Map(
    Object.entries(modes).map(([name, { rules, rest = "", line = false, endsAt }]) => {
      const pattern = new RegExp(rules.map(({ match }) => `(${match})`).join("|") || "(?!)", "g")
      return [name, { pattern, rules, rest, line, endsAt }]
    }),
  )
}

export function initialState(language: Lexer): LexState {
  return { mode: language.get("main") as LexerMode, detail: "", outer: undefined, depth: 0 }
}

/** Whether two states of one language read every following line alike. */
export function isSameState(a: LexState, b: LexState): boolean {
  let one: LexState | undefined = a
  let other: LexState | undefined = b
  for (; one !== other; one = one.outer, other = other.outer) {
    if (one === undefined || other === undefined) return false
    if (one.mode !== other.mode || one.detail !== other.detail || one.inner?.lexer !== other.inner?.lexer) return false
    if (one.inner && other.inner && !isSameState(one.inner.state, other.inner.state)) return false
  }
  return true
}

/** Tokenizes one line. Never throws. */
export function lexLine(line: string, language: Lexer, from: LexState): LexedLine {
  const tokens: number[] = []
  let state = from
  const addToken = (at: number, name: TokenClass) => {
    const number = classIndex.get(name) as number
    if (tokens.at(-1) !== number) tokens.push(at, number)
  }
  const ends = state.mode.endsAt?.(line, state.detail)
  if (ends !== undefined && state.outer !== undefined) {
    if (ends === "after") {
      addToken(0, state.mode.rest)
      return { tokens, next: state.outer }
    }
    state = state.outer
  }
  if (state.inner !== undefined) {
    const { lexer } = state.inner
    const { tokens, next } = lexLine(line, lexer, state.inner.state)
    return { tokens, next: { ...state, inner: { lexer, state: next } } }
  }
  for (let at = 0; at < line.length; ) {
    const { pattern, rules, rest } = state.mode
    pattern.lastIndex = at
    const found = pattern.exec(line)
    if (found === null || found.index > at) addToken(at, rest)
    if (found === null) break
    const [text] = found
    let group = 1
    while (found[group] === undefined) group++
    const rule = rules[group - 1] as LexerRule
    if (rule.when?.(text, found.index, line) === false) {
      addToken(found.index, rest)
      at = found.index + 1
      continue
    }
    addToken(found.index, typeof rule.token === "string" ? rule.token : rule.token(text, found.index, line))
    at = found.index + text.length
    // Do not split a surrogate pair.
    if ((line.charCodeAt(at) & 0xfc00) === 0xdc00 && (line.charCodeAt(at - 1) & 0xfc00) === 0xd800) at++
    if (rule.pop && state.outer) state = state.outer
    if (rule.push && state.depth < MAX_DEPTH) {
      const into: ModePush | undefined = typeof rule.push === "string" ? { mode: rule.push } : rule.push(text, line)
      const mode = into && language.get(into.mode)
      const inner = into?.inner && { lexer: into.inner, state: initialState(into.inner) }
      if (mode)
        state = { mode, detail: into?.detail ?? "", outer: state, depth: state.depth + 1, ...(inner && { inner }) }
    }
    // An empty match may only change the mode; otherwise, skip a character to make progress.
    if (text === "" && !rule.pop && !rule.push) at++
  }
  while (state.mode.line && state.outer) state = state.outer
  return { tokens, next: state }
}

/** Lookup table of words by class; each list is separated by spaces. */
export function wordTable(lists: Partial<Record<Exclude<TokenClass, "">, string>>): Map<string, TokenClass> {
  const map = new Map<string, TokenClass>()
  for (const [name, list] of Object.entries(lists))
    for (const word of list.split(/\s+/)) map.set(word, name as TokenClass)
  return map
}

/** Last non-space character before an offset; "" if there is none. */
export function characterBefore(line: string, at: number): string {
  let i = at - 1
  while (i >= 0 && (line.charCodeAt(i) === 32 || line.charCodeAt(i) === 9)) i--
  return i < 0 ? "" : (line[i] as string)
}

/** First non-space character from an offset on; "" if there is none. */
export function characterAfter(line: string, at: number): string {
  let i = at
  while (i < line.length && (line.charCodeAt(i) === 32 || line.charCodeAt(i) === 9)) i++
  return line[i] ?? ""
}
