import type { IOnigLib, IRawGrammar } from "shiki/textmate"
import { GRAMMARS, isLanguage, type Language } from "./languages.ts"
import { hasLexer } from "./lexers.ts"
import { classesOfColours, theme } from "./token-classes.ts"

/** State of a grammar between two lines. Opaque: declared here, so that the library's types need no `shiki`. */
export interface GrammarStack {
  readonly depth: number
  equals(other: GrammarStack): boolean
}

/** A loaded grammar. */
export interface LoadedGrammar {
  textmate: {
    tokenizeLine2(
      line: string,
      stack: GrammarStack | null,
      timeLimitMs?: number,
    ): { tokens: Uint32Array; ruleStack: GrammarStack; stoppedEarly: boolean }
  }
  /** State before the first line. */
  initial: GrammarStack
  /** Index in `TOKEN_CLASSES` by a token's colour number. */
  classes: number[]
}

const loading = new Map<Language, Promise<void>>()
const loaded = new Map<string, LoadedGrammar>()
let oniguruma: Promise<IOnigLib> | undefined

/** Loads the grammars that `highlight` needs for these languages, once each. Ignores unknown names. */
export async function loadLanguages(names: Iterable<string>): Promise<void> {
  await Promise.all(
    [...new Set(names)].filter((name) => isLanguage(name) && !hasLexer(name)).map((name) => loadOnce(name as Language)),
  )
}

/** A language's grammar, if loaded. */
export const grammarOf = (language: string): LoadedGrammar | undefined => loaded.get(language)

function loadOnce(name: Language): Promise<void> {
  const pending = loading.get(name)
  if (pending !== undefined) return pending
  const promise = loadGrammar(name)
  loading.set(name, promise)
  return promise
}

async function loadGrammar(name: Language): Promise<void> {
  oniguruma ??= startOniguruma()
  const [{ INITIAL, Registry }, onigLib, module] = await Promise.all([
    import("shiki/textmate"),
    oniguruma,
    GRAMMARS[name](),
  ])
  // One registry per language: embedded languages (SQL in PHP, code in Markdown) are then highlighted the same
  // whatever else a session shows, and so is its page.
  const registrations = new Map(module.default.map((registration) => [registration.scopeName as string, registration]))
  const registry = new Registry({
    theme,
    onigLib,
    loadGrammar: (scope) => registrations.get(scope) as IRawGrammar | undefined,
    getInjections: (scope) =>
      module.default.filter(({ injectTo }) => injectTo?.includes(scope)).map(({ scopeName }) => scopeName),
  })
  // The last registration is the language itself, after its embedded ones. Load each by name, because a registry does
  // not find those that are named in captures only.
  const textmate = module.default.map(({ scopeName }) => registry.loadGrammar(scopeName)).at(-1)
  if (textmate) loaded.set(name, { textmate, initial: INITIAL, classes: classesOfColours(registry.getColorMap()) })
}

async function startOniguruma(): Promise<IOnigLib> {
  const { createOnigurumaEngine } = await import("shiki/engine/oniguruma")
  const engine = await createOnigurumaEngine(import("shiki/wasm"))
  return {
    createOnigScanner: (sources) => engine.createScanner(sources) as ReturnType<IOnigLib["createOnigScanner"]>,
    createOnigString: (text) => engine.createString(text),
  }
}
