import { after, before, type Is, lexer, type ModeRules, type Rule, words } from "../lexer.ts"
import { until } from "./c-like.ts"

// Python, Ruby, Lua and SQL: comments are not `//`, and blocks have no braces.

const python = words({
  k: `and as assert async await break class continue def del elif else except finally for from global if import in is lambda
nonlocal not or pass raise return try while with yield match case type`,
  n: "True False None Ellipsis NotImplemented __debug__",
  t: "bool bytearray bytes complex dict float frozenset int list object set str tuple",
})
const pythonWord: Is = (found, at, line) => {
  const previous = before(line, at)
  const next = after(line, at + found.length)
  const name = previous === "." ? undefined : python.get(found)
  if (/^(?:match|case|type)$/.test(found)) return /^\s*$/.test(line.slice(0, at)) && /[\w"'[({]/.test(next) ? "k" : ""
  if (/^self$|^cls$/.test(found)) return previous === "." ? "" : "k"
  if (name !== undefined) return name
  if (/\bclass\s+$/.test(line.slice(Math.max(0, at - 10), at))) return "t"
  if (/^[A-Z]\w*(?:Error|Exception|Warning)$/.test(found)) return "t"
  if (next === "(") return "f"
  return /^[A-Z][A-Z\d_]+$/.test(found) ? "n" : ""
}
const escapes: Rule = { match: "\\\\.", is: "s" }
const PREFIX = "(?:[rRbBuUfF]{1,2})?"

export const pythonModes: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "#.*", is: "c" },
      { match: `${PREFIX}"""`, is: "s", push: "double" },
      { match: `${PREFIX}'''`, is: "s", push: "single" },
      { match: `${PREFIX}"(?:[^"\\\\]|\\\\.)*"?`, is: "s" },
      { match: `${PREFIX}'(?:[^'\\\\]|\\\\.)*'?`, is: "s" },
      { match: "^\\s*@[\\w.]+", is: "f" },
      { match: "[A-Za-z_\\u00c0-\\ud7ff][\\w\\u00c0-\\ud7ff]*", is: pythonWord },
      { match: "0[xXbBoO][\\da-fA-F_]+|\\.?\\d[\\d_]*(?:\\.\\d*)?(?:[eE][+-]?\\d+)?[jJ]?", is: "n" },
    ],
  },
  double: { rest: "s", rules: [escapes, { match: '"""', is: "s", pop: true }] },
  single: { rest: "s", rules: [escapes, { match: "'''", is: "s", pop: true }] },
}

const ruby = words({
  k: `BEGIN END alias and begin break case class def defined? do else elsif end ensure extend for if in include module next not or
prepend private protected public raise redo require require_relative rescue retry return self super then undef unless until
when while yield attr_accessor attr_reader attr_writer lambda proc loop`,
  n: "true false nil __FILE__ __LINE__ __dir__",
})
const rubyWord: Is = (found, at, line) => {
  if (before(line, at) !== ".") {
    const name = ruby.get(found)
    if (name !== undefined) return name
    if (/\bdef\s+(?:self\.)?$/.test(line.slice(Math.max(0, at - 20), at))) return "f"
    if (/^[A-Z]/.test(found)) return "t"
  } else if (/\bdef\s+self\.$/.test(line.slice(Math.max(0, at - 20), at))) return "f"
  return after(line, at + found.length) === "(" ? "f" : ""
}
export const rubyModes: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "^=begin\\b.*", is: "c", push: "pod" },
      { match: "#.*", is: "c" },
      { match: '"', is: "s", push: "string" },
      { match: "'(?:[^'\\\\]|\\\\.)*'?", is: "s" },
      {
        match: "\\/(?:[^\\\\/]|\\\\.)+\\/[a-z]*",
        is: "s",
        when: (_, at, line) =>
          /(?:^|[([{,;=:!&|~]|\b(?:if|unless|when|and|or|return))\s*$/.test(line.slice(Math.max(0, at - 12), at)),
      },
      { match: "%[wWiI]\\[[^\\]]*\\]?|%[wWiI]\\([^)]*\\)?", is: "s" },
      { match: "[a-z_]\\w*[?!]?:(?!:)", is: "s" },
      { match: ":[A-Za-z_]\\w*[?!]?", is: "s", when: (_, at, line) => line[at - 1] !== ":" },
      { match: "[@$]{1,2}[A-Za-z_]\\w*", is: "" },
      { match: "[A-Za-z_]\\w*[?!]?", is: rubyWord },
      { match: "0x[\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?", is: "n" },
    ],
  },
  pod: { rest: "c", rules: [], endsAt: (line) => (line.startsWith("=end") ? "after" : undefined) },
  string: {
    rest: "s",
    rules: [
      { match: "\\\\.", is: "n" },
      { match: "#\\{", is: "", push: "braces" },
      { match: '"', is: "s", pop: true },
    ],
  },
}
rubyModes["braces"] = {
  rules: [...rubyModes["main"]!.rules, { match: "\\{", is: "", push: "braces" }, { match: "\\}", is: "", pop: true }],
}

const lua = words({
  k: "and break do else elseif end for function goto if in local not or repeat return then until while self",
  n: "true false nil",
})
export const luaLexer = () =>
  lexer({
    main: {
      rules: [
        { match: "--\\[\\[", is: "c", push: "comment" },
        { match: "--.*", is: "c" },
        { match: "\\[\\[", is: "s", push: "long" },
        { match: '"(?:[^"\\\\]|\\\\.)*"?', is: "s" },
        { match: "'(?:[^'\\\\]|\\\\.)*'?", is: "s" },
        {
          match: "[A-Za-z_]\\w*",
          is: (found, at, line) =>
            (before(line, at) === "." ? undefined : lua.get(found)) ??
            (/[({"']/.test(after(line, at + found.length)) ? "f" : ""),
        },
        { match: "0x[\\da-fA-F]+|\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?", is: "n" },
      ],
    },
    comment: until("\\]\\]", "c"),
    long: until("\\]\\]"),
  })

const sql = words({
  k: `add all alter and any as asc begin between by cascade case check collate column commit conflict constraint create cross
cursor database declare default deferrable delete desc distinct do drop each else end escape except exists explain extension fetch
filter first for foreign from full function grant group having if ilike in index inner insert instead intersect into is join key
last lateral left like limit materialized natural not nothing nulls of offset on only or order outer over partition policy
pragma primary procedure recursive references replace restrict return returning returns revoke right role rollback row rows schema
select sequence set table temp temporary then to transaction trigger truncate union unique update use using values view when where
while window with without`,
  n: "true false null",
  t: `bigint bigserial bit blob bool boolean bytea char character date datetime decimal double float int integer interval json jsonb
money numeric precision real serial smallint text time timestamp timestamptz tinyint uuid varchar varying xml`,
})
export const sqlLexer = () =>
  lexer({
    main: {
      rules: [
        { match: "--.*", is: "c" },
        { match: "\\/\\*", is: "c", push: "comment" },
        { match: "'", is: "s", push: "string" },
        { match: '"[^"]*"?|`[^`]*`?', is: "s" },
        {
          match: "[A-Za-z_]\\w*",
          is: (found, at, line) => {
            if (before(line, at) === ".") return ""
            return sql.get(found.toLowerCase()) ?? (line[at + found.length] === "(" ? "f" : "")
          },
        },
        { match: "\\d+(?:\\.\\d+)?", is: "n" },
      ],
    },
    comment: until("\\*\\/", "c"),
    string: until("'"),
  })
