import { lexer, type ModeRules, type Rule } from "../lexer.ts"
import { until } from "./c-like.ts"
import { script } from "./script.ts"
import { style } from "./style.ts"

// XML and HTML, and the kinds of component that look like it.

const typescript = () => script(true, true)
const css = () => style(true)

/** Modes of another language under names of their own. */
function within(modes: Record<string, ModeRules>, prefix: string, end: Rule): Record<string, ModeRules> {
  const renamed = (rule: Rule): Rule =>
    typeof rule.push === "string" ? { ...rule, push: `${prefix}${rule.push}` } : rule
  return Object.fromEntries(
    Object.entries(modes).map(([name, mode]) => {
      const rules = mode.rules.map(renamed)
      return [prefix + name, { ...mode, rules: name === "main" ? [end, ...rules] : rules }]
    }),
  )
}

const TEXT: Rule[] = [
  { match: "<!--", is: "c", push: "comment" },
  { match: "<!\\[CDATA\\[", is: "", push: "data" },
  { match: "<[!?][\\w-]*", is: "k", push: "tag" },
  { match: "&#?\\w{1,31};", is: "n" },
]
const ATTRIBUTES: Rule[] = [
  { match: '"[^"]*"', is: "s" },
  { match: "'[^']*'", is: "s" },
  { match: '"', is: "s", push: "double" },
  { match: "'", is: "s", push: "single" },
]
const NAME = "[A-Za-z_:][\\w:.-]*"

const tag = (more: Rule[] = []): ModeRules => ({
  rules: [
    { match: "[/?]?>", is: "", pop: true },
    ...more,
    ...ATTRIBUTES,
    { match: `(?<=<\\/?)${NAME}`, is: "k" },
    { match: "(?<==\\s{0,3})[^\\s\"'>{]+", is: "s" },
    { match: "[A-Za-z_:@#*][\\w:.@-]*", is: "f" },
  ],
})
const common = { comment: until("-->", "c"), data: until("\\]\\]>", ""), double: until('"'), single: until("'") }

export const xml = () =>
  lexer({
    main: { rules: [...TEXT, { match: "<\\/?(?=[A-Za-z_:])", is: "", push: "tag" }] },
    tag: tag(),
    ...common,
  })

/** @param text rules of the text between tags @param attributes rules inside of tags @param modes what those lead to */
function hypertext(text: Rule[] = [], attributes: Rule[] = [], modes: Record<string, ModeRules> = {}) {
  const open = (name: string): Rule => ({ match: `<(?=${name}[\\s>])`, is: "", push: `${name}Tag` })
  const special = (name: string): ModeRules => {
    const { rules } = tag(attributes)
    return {
      rules: [
        { match: "\\/>", is: "", pop: true },
        { match: ">", is: "", pop: true, push: `${name}-main` },
        ...rules.slice(1),
      ],
    }
  }
  const end = (name: string): Rule => ({ match: `<(?=\\/${name}\\s*>)`, is: "", pop: true, push: "tag" })
  return lexer({
    main: {
      rules: [...text, ...TEXT, open("script"), open("style"), { match: "<\\/?(?=[A-Za-z_:])", is: "", push: "tag" }],
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

const expression: Rule = { match: "\\{", is: "", push: "code-braces" }
const ending: Rule = { match: "\\}", is: "", pop: true }

export const html = () => hypertext()
export const vue = () =>
  hypertext(
    [{ match: "\\{\\{", is: "", push: "code-main" }],
    [],
    within(typescript(), "code-", { match: "\\}\\}", is: "", pop: true }),
  )
export const svelte = () => hypertext([expression], [expression], within(typescript(), "code-", ending))
export const astro = () =>
  hypertext([{ match: "^---\\s*$", is: "c", push: "front-main" }, expression], [expression], {
    ...within(typescript(), "code-", ending),
    ...within(typescript(), "front-", { match: "^---\\s*$", is: "c", pop: true }),
  })
