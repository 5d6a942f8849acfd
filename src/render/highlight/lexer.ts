import { CLASSES, type TokenClass } from "./highlight-theme.ts"

// A tokenizer for one line at a time, driven by rules. It exists for the languages that sessions show most: a TextMate
// grammar compiles hundreds of expressions before its first line and tries dozens of them at every position.

/** What the text of a rule is: a class, or what a look at its surroundings says. */
export type Is = TokenClass | ((found: string, at: number, line: string) => TokenClass)

/**
 * One alternative of a mode. Its expression has no groups that capture, and no repetition within a repetition that
 * could take the same text in two ways: lines are hostile, and must be read in linear time.
 */
export interface Rule {
  match: string
  is: Is
  /** Only where this holds; elsewhere, the first character of what was found is plain. */
  when?: (found: string, at: number, line: string) => boolean
  /** The mode that goes on after it, inside of this one. A function may read its detail off what was found. */
  push?: string | ((found: string, line: string) => Push | undefined)
  /** This mode ends with it, if it is not the outermost; `when` may ask for the detail that the mode began with. */
  pop?: boolean
}

/** What goes on: a mode, what it is to remember, and the language of its lines if that is another one. */
export interface Push {
  mode: string
  detail?: string
  inner?: Lexer | undefined
}

export interface ModeRules {
  rules: readonly Rule[]
  /** What no rule names. */
  rest?: TokenClass
  /** The mode ends with the line. */
  line?: boolean
  /** Ends the mode before a line that looks so, given the detail that it began with. */
  endsAt?: (line: string, detail: string) => "before" | "after" | undefined
}

export interface Mode {
  pattern: RegExp
  rules: readonly Rule[]
  rest: TokenClass
  line: boolean
  endsAt: ModeRules["endsAt"]
}

/** The modes of a language by name; it begins in `main`. */
export type Lexer = Map<string, Mode>

/** Where a line ended: the mode that goes on, and those around it. */
export interface LexState {
  mode: Mode
  detail: string
  outer: LexState | undefined
  depth: number
  /** Where the lines of this mode are another language's: its lexer, and where it stands. */
  inner?: { lexer: Lexer; state: LexState }
}

export interface Lexed {
  /** Pairs of where a token begins and what it is, as a place in `CLASSES`. */
  tokens: number[]
  next: LexState
}

const numberOf = new Map(CLASSES.map((name, i) => [name, i]))

/** Deeper than this nothing that anybody wrote is nested. */
const DEPTH = 100

export function lexer(modes: Record<string, ModeRules>): Lexer {
  return new Map(
    Object.entries(modes).map(([name, { rules, rest = "", line = false, endsAt }]) => {
      const pattern = new RegExp(rules.map(({ match }) => `(${match})`).join("|") || "(?!)", "g")
      return [name, { pattern, rules, rest, line, endsAt }]
    }),
  )
}

export function initialState(language: Lexer): LexState {
  return { mode: language.get("main") as Mode, detail: "", outer: undefined, depth: 0 }
}

/** The tokens of one line, and the state after it. Never throws. */
export function lexLine(line: string, language: Lexer, from: LexState): Lexed {
  const tokens: number[] = []
  let state = from
  const paint = (at: number, name: TokenClass) => {
    const number = numberOf.get(name) as number
    if (tokens.at(-1) !== number) tokens.push(at, number)
  }
  const ends = state.mode.endsAt?.(line, state.detail)
  if (ends !== undefined && state.outer !== undefined) {
    if (ends === "after") {
      paint(0, state.mode.rest)
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
    if (found === null || found.index > at) paint(at, rest)
    if (found === null) break
    const [text] = found
    let which = 1
    while (found[which] === undefined) which++
    const rule = rules[which - 1] as Rule
    if (rule.when?.(text, found.index, line) === false) {
      paint(found.index, rest)
      at = found.index + 1
      continue
    }
    paint(found.index, typeof rule.is === "string" ? rule.is : rule.is(text, found.index, line))
    at = found.index + text.length
    // Not between the two halves of one character.
    if ((line.charCodeAt(at) & 0xfc00) === 0xdc00 && (line.charCodeAt(at - 1) & 0xfc00) === 0xd800) at++
    if (rule.pop && state.outer) state = state.outer
    if (rule.push && state.depth < DEPTH) {
      const into: Push | undefined = typeof rule.push === "string" ? { mode: rule.push } : rule.push(text, line)
      const mode = into && language.get(into.mode)
      const inner = into?.inner && { lexer: into.inner, state: initialState(into.inner) }
      if (mode)
        state = { mode, detail: into?.detail ?? "", outer: state, depth: state.depth + 1, ...(inner && { inner }) }
    }
    // A rule that takes nothing changes the mode; where it does not, the next character is plain.
    if (text === "" && !rule.pop && !rule.push) at++
  }
  while (state.mode.line && state.outer) state = state.outer
  return { tokens, next: state }
}

/** Words by what they are, each list separated by spaces. */
export function words(lists: Partial<Record<Exclude<TokenClass, "">, string>>): Map<string, TokenClass> {
  const map = new Map<string, TokenClass>()
  for (const [name, list] of Object.entries(lists))
    for (const word of list.split(/\s+/)) map.set(word, name as TokenClass)
  return map
}

/** The last character before a place that is no space; "" at the beginning of the line. */
export function before(line: string, at: number): string {
  let i = at - 1
  while (i >= 0 && (line.charCodeAt(i) === 32 || line.charCodeAt(i) === 9)) i--
  return i < 0 ? "" : (line[i] as string)
}

/** The first character from a place on that is no space; "" at the end of the line. */
export function after(line: string, at: number): string {
  let i = at
  while (i < line.length && (line.charCodeAt(i) === 32 || line.charCodeAt(i) === 9)) i++
  return line[i] ?? ""
}
