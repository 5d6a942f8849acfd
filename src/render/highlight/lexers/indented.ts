import {
  characterAfter,
  characterBefore,
  createLexer,
  type LexerModeRules,
  type LexerRule,
  type TokenRule,
  wordTable,
} from "../lexer.ts"
import { until } from "./c-like.ts"

// Python, Ruby, Lua and SQL: blocks without braces, comments without `//`.

const python = wordTable({
  k: `and as assert async await break class continue def del elif else except finally for from global if import in is lambda
nonlocal not or pass raise return try while with yield match case type`,
  n: "True False None Ellipsis NotImplemented __debug__",
  t: "bool bytearray bytes complex dict float frozenset int list object set str tuple",
})
const pythonWord: TokenRule = (found, at, line) => {
  const previous = characterBefore(line, at)
  const next = characterAfter(line, at + found.length)
  const name = previous === "." ? undefined : python.get(found)
  if (/^(?:match|case|type)$/.test(found)) return /^\s*$/.test(line.slice(0, at)) && /[\w"'[({]/.test(next) ? "k" : ""
  if (/^self$|^cls$/.test(found)) return previous === "." ? "" : "k"
  if (name !== undefined) return name
  if (/\bclass\s+$/.test(line.slice(Math.max(0, at - 10), at))) return "t"
  if (/^[A-Z]\w*(?:Error|Exception|Warning)$/.test(found)) return "t"
  if (next === "(") return "f"
  return /^[A-Z][A-Z\d_]+$/.test(found) ? "n" : ""
}
const escapes: LexerRule = { match: "\\\\.", token: "s" }
const PREFIX = "(?:[rRbBuUfF]{1,2})?"

export const pythonModes: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "#.*", token: "c" },
      { match: `${PREFIX}"""`, token: "s", push: "double" },
      { match: `${PREFIX}'''`, token: "s", push: "single" },
      { match: `${PREFIX}"(?:[^"\\\\]|\\\\.)*"?`, token: "s" },
      { match: `${PREFIX}'(?:[^'\\\\]|\\\\.)*'?`, token: "s" },
      { match: "^\\s*@[\\w.]+", token: "f" },
      { match: "[A-Za-z_\\u00c0-\\ud7ff][\\w\\u00c0-\\ud7ff]*", token: pythonWord },
      { match: "0[xXbBoO][\\da-fA-F_]+|\\.?\\d[\\d_]*(?:\\.\\d*)?(?:[eE][+-]?\\d+)?[jJ]?", token: "n" },
    ],
  },
  double: { rest: "s", rules: [escapes, { match: '"""', token: "s", pop: true }] },
  single: { rest: "s", rules: [escapes, { match: "'''", token: "s", pop: true }] },
}

const ruby = wordTable({
  k: `BEGIN END alias and begin break case class def defined? do else elsif end ensure extend for if in include module next not or
prepend private protected public raise redo require require_relative rescue retry return self super then undef unless until
when while yield attr_accessor attr_reader attr_writer lambda proc loop`,
  n: "true false nil __FILE__ __LINE__ __dir__",
})
const rubyWord: TokenRule = (found, at, line) => {
  if (characterBefore(line, at) !== ".") {
    const name = ruby.get(found)
    if (name !== undefined) return name
    if (/\bdef\s+(?:self\.)?$/.test(line.slice(Math.max(0, at - 20), at))) return "f"
    if (/^[A-Z]/.test(found)) return "t"
  } else if (/\bdef\s+self\.$/.test(line.slice(Math.max(0, at - 20), at))) return "f"
  return characterAfter(line, at + found.length) === "(" ? "f" : ""
}
export const rubyModes: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "^=begin\\b.*", token: "c", push: "pod" },
      { match: "#.*", token: "c" },
      { match: '"', token: "s", push: "string" },
      { match: "'(?:[^'\\\\]|\\\\.)*'?", token: "s" },
      {
        match: "\\/(?:[^\\\\/]|\\\\.)+\\/[a-z]*",
        token: "s",
        when: (_, at, line) =>
          /(?:^|[([{,;=:!&|~]|\b(?:if|unless|when|and|or|return))\s*$/.test(line.slice(Math.max(0, at - 12), at)),
      },
      { match: "%[wWiI]\\[[^\\]]*\\]?|%[wWiI]\\([^)]*\\)?", token: "s" },
      { match: "[a-z_]\\w*[?!]?:(?!:)", token: "s" },
      { match: ":[A-Za-z_]\\w*[?!]?", token: "s", when: (_, at, line) => line[at - 1] !== ":" },
      { match: "[@$]{1,2}[A-Za-z_]\\w*", token: "" },
      { match: "[A-Za-z_]\\w*[?!]?", token: rubyWord },
      { match: "0x[\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:[eE][+-]?\\d+)?", token: "n" },
    ],
  },
  pod: { rest: "c", rules: [], endsAt: (line) => (line.startsWith("=end") ? "after" : undefined) },
  string: {
    rest: "s",
    rules: [
      { match: "\\\\.", token: "n" },
      { match: "#\\{", token: "", push: "braces" },
      { match: '"', token: "s", pop: true },
    ],
  },
}
rubyModes["braces"] = {
  rules: [
    ...rubyModes["main"]!.rules,
    { match: "\\{", token: "", push: "braces" },
    { match: "\\}", token: "", pop: true },
  ],
}

const lua = wordTable({
  k: "and break do else elseif end for function goto if in local not or repeat return then until while self",
  n: "true false nil",
})
export const luaLexer = () =>
  createLexer({
    main: {
      rules: [
        { match: "--\\[\\[", token: "c", push: "comment" },
        { match: "--.*", token: "c" },
        { match: "\\[\\[", token: "s", push: "long" },
        { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
        { match: "'(?:[^'\\\\]|\\\\.)*'?", token: "s" },
        {
          match: "[A-Za-z_]\\w*",
          token: (found, at, line) =>
            (characterBefore(line, at) === "." ? undefined : lua.get(found)) ??
            (/[({"']/.test(characterAfter(line, at + found.length)) ? "f" : ""),
        },
        { match: "0x[\\da-fA-F]+|\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?", token: "n" },
      ],
    },
    comment: until("\\]\\]", "c"),
    long: until("\\]\\]"),
  })

const sql = wordTable({
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
  createLexer({
    main: {
      rules: [
        { match: "--.*", token: "c" },
        { match: "\\/\\*", token: "c", push: "comment" },
        { match: "'", token: "s", push: "string" },
        { match: '"[^"]*"?|`[^`]*`?', token: "s" },
        {
          match: "[A-Za-z_]\\w*",
          token: (found, at, line) => {
            if (characterBefore(line, at) === ".") return ""
            return sql.get(found.toLowerCase()) ?? (line[at + found.length] === "(" ? "f" : "")
          },
        },
        { match: "\\d+(?:\\.\\d+)?", token: "n" },
      ],
    },
    comment: until("\\*\\/", "c"),
    string: until("'"),
  })
