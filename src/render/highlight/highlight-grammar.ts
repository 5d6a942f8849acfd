import type { IGrammar, IOnigLib, IRawGrammar, StateStack } from "shiki/textmate"
import { classesOf, theme } from "./highlight-theme.ts"
import { grammars, isLanguage, type Language } from "./languages.ts"
import { hasLexer } from "./lexers.ts"

/** A language that is ready to tell the tokens of a line. */
export interface Grammar {
  textmate: IGrammar
  /** The state before the first line. */
  initial: StateStack
  /** The class of a token, as its place in `CLASSES`, by the number of its colour. */
  classes: number[]
}

const loading = new Map<Language, Promise<void>>()
const loaded = new Map<string, Grammar>()
let starting: Promise<IOnigLib> | undefined

/** Loads the grammars that `highlight` needs for these languages, once; names that are not known are passed over. */
export async function loadLanguages(names: Iterable<string>): Promise<void> {
  await Promise.all(
    [...new Set(names)].filter((name) => isLanguage(name) && !hasLexer(name)).map((name) => load(name as Language)),
  )
}

/** The language, if it is loaded. */
export const grammarOf = (language: string): Grammar | undefined => loaded.get(language)

function load(name: Language): Promise<void> {
  const known = loading.get(name)
  if (known !== undefined) return known
  const promise = loadGrammar(name)
  loading.set(name, promise)
  return promise
}

async function loadGrammar(name: Language): Promise<void> {
  starting ??= startOniguruma()
  const [{ INITIAL, Registry }, onigLib, module] = await Promise.all([
    import("shiki/textmate"),
    starting,
    grammars[name](),
  ])
  // A registry of its own for each language: what is embedded in it (SQL in PHP, code in Markdown) is then the same
  // whatever else a session shows, and so is its page.
  const registrations = new Map(module.default.map((registration) => [registration.scopeName as string, registration]))
  const registry = new Registry({
    theme,
    onigLib,
    loadGrammar: (scope) => registrations.get(scope) as IRawGrammar | undefined,
    getInjections: (scope) =>
      module.default.filter(({ injectTo }) => injectTo?.includes(scope)).map(({ scopeName }) => scopeName),
  })
  // The last one is the language itself, those before it are embedded in it. Each is asked for by name, because a
  // registry does not see those that are only named in captures.
  const textmate = module.default.map(({ scopeName }) => registry.loadGrammar(scopeName)).at(-1)
  if (textmate) loaded.set(name, { textmate, initial: INITIAL, classes: classesOf(registry.getColorMap()) })
}

async function startOniguruma(): Promise<IOnigLib> {
  const { createOnigurumaEngine } = await import("shiki/engine/oniguruma")
  const engine = await createOnigurumaEngine(import("shiki/wasm"))
  return {
    createOnigScanner: (sources) => engine.createScanner(sources) as ReturnType<IOnigLib["createOnigScanner"]>,
    createOnigString: (text) => engine.createString(text),
  }
}
