import type { IRawTheme } from "shiki/textmate"

/**
 * Class of a token, written as its span's attribute: `k` keyword, `s` string, `c` comment, `f` function or property
 * name, `t` type, `n` number or constant, `d` deleted, `i` inserted, `h` heading; "" plain text, without a span.
 */
export type TokenClass = "" | "k" | "s" | "c" | "f" | "t" | "n" | "d" | "i" | "h"

// Scopes as in TextMate's manual; "" resets plain text inside something highlighted.
const SCOPES: [TokenClass, string][] = [
  ["c", "comment, punctuation.definition.comment, markup.quote"],
  [
    "k",
    "keyword, storage, variable.language, entity.name.tag, punctuation.definition.list.begin.markdown, entity.name.function.target.makefile",
  ],
  [
    "s",
    "string, constant.other.symbol, markup.inline.raw, markup.fenced_code.block.markdown markup.raw, markup.underline.link",
  ],
  [
    "f",
    "entity.name.function, support.function, meta.function-call.generic, variable.function, entity.other.attribute-name, support.type.property-name, meta.object-literal.key, entity.name.tag.yaml, entity.name.command, keyword.other.definition.ini, variable.other.env",
  ],
  [
    "t",
    "entity.name.type, entity.name.class, entity.name.namespace, entity.name.module, entity.other.inherited-class, support.type, support.class, storage.type.java, storage.type.cs, storage.type.groovy, storage.type.numeric, storage.type.string, storage.type.boolean, storage.type.error, storage.type.byte, storage.type.primitive, entity.name.section.group-title",
  ],
  ["n", "constant, support.constant, constant.character.escape, keyword.other.unit"],
  ["d", "markup.deleted"],
  ["i", "markup.inserted"],
  ["h", "markup.heading, meta.diff.header, meta.diff.range"],
  [
    "",
    "keyword.operator, punctuation, meta.template.expression, meta.embedded, meta.interpolation, string source, string variable, meta.brace, storage.type.function.arrow",
  ],
  ["k", "keyword.operator.new, keyword.operator.expression, keyword.operator.word, keyword.operator.logical.python"],
  ["s", "punctuation.definition.string"],
  ["c", "punctuation.definition.comment"],
  ["f", "punctuation.support.type.property-name"],
  ["d", "punctuation.definition.deleted"],
  ["i", "punctuation.definition.inserted"],
  [
    "h",
    "punctuation.definition.heading, punctuation.definition.range.diff, punctuation.definition.from-file, punctuation.definition.to-file",
  ],
]

/** Tokens refer to classes by their index here. */
export const TOKEN_CLASSES: readonly TokenClass[] = ["", "k", "s", "c", "f", "t", "n", "d", "i", "h"]

/** Colours carry the class index through the grammar and never reach a page; `classesOfColours` decodes them. */
const classColour = (name: TokenClass) => `#00000${TOKEN_CLASSES.indexOf(name)}`

export const theme: IRawTheme = {
  name: "classes",
  settings: [
    { settings: { foreground: classColour(""), background: "#FFFFFF" } },
    ...SCOPES.map(([name, scope]) => ({ scope, settings: { foreground: classColour(name) } })),
  ],
}

/** Class index by colour number, from a registry's colour map. */
export const classesOfColours = (colourMap: readonly string[]): number[] =>
  colourMap.map((name) =>
    TOKEN_CLASSES[Number(String(name).slice(1))] === undefined ? 0 : Number(String(name).slice(1)),
  )
