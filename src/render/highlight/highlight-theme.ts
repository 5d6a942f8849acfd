import type { IRawTheme } from "shiki/textmate"

/**
 * What a piece of code is, as the class of its span: `k` keyword, `s` string, `c` comment, `f` function or property
 * name, `t` type, `n` number or constant, `d` deleted, `i` inserted, `h` heading; "" is plain text, without a span.
 */
export type TokenClass = "" | "k" | "s" | "c" | "f" | "t" | "n" | "d" | "i" | "h"

// Scopes are TextMate's, from its manual's list; "" stands for what is plain inside something coloured.
const scopes: [TokenClass, string][] = [
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

/** All of them; tokens name theirs by its place here. */
export const CLASSES: readonly TokenClass[] = ["", "k", "s", "c", "f", "t", "n", "d", "i", "h"]

/** The colours are numbers that never reach a page: the grammar gives them back and `classesOf` reads the class from them. */
const colour = (name: TokenClass) => `#00000${CLASSES.indexOf(name)}`

export const theme: IRawTheme = {
  name: "classes",
  settings: [
    { settings: { foreground: colour(""), background: "#FFFFFF" } },
    ...scopes.map(([name, scope]) => ({ scope, settings: { foreground: colour(name) } })),
  ],
}

/** For a registry's colour map: the class, as its place in `CLASSES`, by the number that a token carries. */
export const classesOf = (colourMap: readonly string[]): number[] =>
  colourMap.map((name) => (CLASSES[Number(String(name).slice(1))] === undefined ? 0 : Number(String(name).slice(1))))
