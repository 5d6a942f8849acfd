import { createLexer, type LexerModeRules, type LexerRule } from "../lexer.ts"
import { until } from "./c-like.ts"
import { script } from "./script.ts"
import { style } from "./style.ts"

// XML, HTML and component formats with HTML syntax.

const typescript = () => script(true, true)
const css = () => style(true)

/** Modes of another language under prefixed names. */
function within(modes: Record<string, LexerModeRules>, prefix: string, end: LexerRule): Record<string, LexerModeRules> {
  const renamed = (rule: LexerRule): LexerRule =>
    typeof rule.push === "string" ? { ...rule, push: `${prefix}${rule.push}` } : rule
  return Object.fromEntries(
    Object.entries(modes).map(([name, mode]) => {
      const rules = mode.rules.map(renamed)
      return [prefix + name, { ...mode, rules: name === "main" ? [end, ...rules] : rules }]
    }),
  )
}

const TEXT: LexerRule[] = [
  { match: "<!--", token: "c", push: "comment" },
  { match: "<!\\[CDATA\\[", token: "", push: "data" },
  { match: "<[!?][\\w-]*", token: "k", push: "tag" },
  { match: "&#?\\w{1,31};", token: "n" },
]
const ATTRIBUTES: LexerRule[] = [
  { match: '"[^"]*"', token: "s" },
  { match: "'[^']*'", token: "s" },
  { match: '"', token: "s", push: "double" },
  { match: "'", token: "s", push: "single" },
]
const NAME = "[A-Za-z_:][\\w:.-]*"

const tag = (more: LexerRule[] = []): LexerModeRules => ({
  rules: [
    { match: "[/?]?>", token: "", pop: true },
    ...more,
    ...ATTRIBUTES,
    { match: `(?<=<\\/?)${NAME}`, token: "k" },
    { match: "(?<==\\s{0,3})[^\\s\"'>{]+", token: "s" },
    { match: "[A-Za-z_:@#*][\\w:.@-]*", token: "f" },
  ],
})
const common = { comment: until("-->", "c"), data: until("\\]\\]>", ""), double: until('"'), single: until("'") }

export const xml = () =>
  createLexer({
    main: { rules: [...TEXT, { match: "<\\/?(?=[A-Za-z_:])", token: "", push: "tag" }] },
    tag: tag(),
    ...common,
  })

/**
 * @param text rules of text between tags
 * @param attributes rules inside tags
 * @param modes modes that these rules enter
 */
function hypertext(text: LexerRule[] = [], attributes: LexerRule[] = [], modes: Record<string, LexerModeRules> = {}) {
  const open = (name: string): LexerRule => ({ match: `<(?=${name}[\\s>])`, token: "", push: `${name}Tag` })
  const special = (name: string): LexerModeRules => {
    const { rules } = tag(attributes)
    return {
      rules: [
        { match: "\\/>", token: "", pop: true },
        { match: ">", token: "", pop: true, push: `${name}-main` },
        ...rules.slice(1),
      ],
    }
  }
  const end = (name: string): LexerRule => ({ match: `<(?=\\/${name}\\s*>)`, token: "", pop: true, push: "tag" })
  return createLexer({
    main: {
      rules: [
        ...text,
        ...TEXT,
        open("script"),
        open("style"),
        { match: "<\\/?(?=[A-Za-z_:])", token: "", push: "tag" },
      ],
    },
    tag: tag(attributes),
    scriptTag: special("script"),
    styleTag: special("style"),
    ...within(typescript(), "script-", end("script")),
    ...within(css(), "style-", end("style")),
    ...modes,
    ...common,
  })
}

const expression: LexerRule = { match: "\\{", token: "", push: "code-braces" }
const ending: LexerRule = { match: "\\}", token: "", pop: true }

export const html = () => hypertext()
export const vue = () =>
  hypertext(
    [{ match: "\\{\\{", token: "", push: "code-main" }],
    [],
    within(typescript(), "code-", { match: "\\}\\}", token: "", pop: true }),
  )
export const svelte = () => hypertext([expression], [expression], within(typescript(), "code-", ending))
export const astro = () =>
  hypertext([{ match: "^---\\s*$", token: "c", push: "front-main" }, expression], [expression], {
    ...within(typescript(), "code-", ending),
    ...within(typescript(), "front-", { match: "^---\\s*$", token: "c", pop: true }),
  })
