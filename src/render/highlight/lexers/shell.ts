import { createLexer, type LexerModeRules, type LexerRule, type TokenRule, wordTable } from "../lexer.ts"
import { until } from "./c-like.ts"

// Shells, and Dockerfiles and Makefiles, whose lines are shell code.

const KEYWORDS = wordTable({
  k: `if then elif else fi for select while until do done case esac in function time return exit break continue export local
declare readonly unset shift source trap set typeset`,
})

/** Commands are at the beginning, after separators, after some keywords and after assignments. */
const isCommand = (at: number, line: string) =>
  /(?:^|[;|&({`!]|\$\(|\b(?:then|do|else|elif|if|while|until|time|sudo|exec|env)|\b[A-Za-z_]\w*=[^\s"'()]*)\s*$/.test(
    line.slice(Math.max(0, at - 60), at),
  )

const word: TokenRule = (found, at, line) => {
  if (/^-/.test(found)) return "n"
  if (isCommand(at, line) || /^(?:in|do|then)$/.test(found)) {
    const name = KEYWORDS.get(found)
    if (name !== undefined) return name
    if (/^\w+\+?=/.test(found)) return ""
    return /^[\w./~:@+-]+$/.test(found) && !/^\d+$/.test(found) ? "f" : ""
  }
  if (/\bfor\s+$/.test(line.slice(Math.max(0, at - 8), at))) return ""
  return /^\d+$/.test(found) ? "n" : "s"
}

const VARIABLES: LexerRule[] = [
  { match: "\\$\\(\\(", token: "", push: "arithmetic" },
  { match: "\\$\\(", token: "", push: "command" },
  { match: "\\$\\{", token: "", push: "expansion" },
  { match: "\\$(?:[A-Za-z_]\\w*|[\\d#?*@!$-])", token: "" },
]
const HEREDOC: LexerRule = {
  match: "<<-?\\s*(?:\"[^\"]*\"|'[^']*'|\\\\?[A-Za-z_]\\w*)",
  token: "k",
  push: (found) => ({ mode: "heredoc", detail: found.replace(/^<<-?\s*/, "").replace(/["'\\]/g, "") }),
}
const rules: LexerRule[] = [
  { match: "(?<![^\\s;|&()])#.*", token: "c" },
  { match: "<<<", token: "" },
  HEREDOC,
  { match: "\\$?'(?:[^'])*'?", token: "s" },
  { match: '"', token: "s", push: "string" },
  ...VARIABLES,
  { match: "\\\\.", token: "" },
  { match: "\\[\\[?(?=\\s)|\\]\\]?", token: "" },
  { match: "[A-Za-z_]\\w*(?=\\s*\\(\\))", token: "f" },
  { match: "[A-Za-z_]\\w*\\+?=", token: "" },
  { match: "[^\\s;|&()<>\"'$`\\\\#{}=!]+(?:[#=!][^\\s;|&()<>\"'$`\\\\{}]*)?", token: word },
]

export const shellModes: Record<string, LexerModeRules> = {
  main: { rules },
  command: { rules: [...rules, { match: "\\(", token: "", push: "command" }, { match: "\\)", token: "", pop: true }] },
  arithmetic: {
    rules: [...VARIABLES, { match: "\\)\\)", token: "", pop: true }, { match: "\\d+", token: "n" }],
  },
  expansion: {
    rules: [...VARIABLES, { match: "\\}", token: "", pop: true }],
  },
  string: {
    rest: "s",
    rules: [{ match: '\\\\["$`\\\\]', token: "n" }, ...VARIABLES, { match: '"', token: "s", pop: true }],
  },
  heredoc: {
    rest: "s",
    rules: [],
    endsAt: (line, detail) => (line.trim() === detail ? "after" : undefined),
  },
}

export const session = () =>
  createLexer({
    ...shellModes,
    main: { rules: [{ match: "^\\s*[$#%>❯]\\s", token: "c", push: "line" }] },
    line: { rules, line: true },
  })

export const docker = () =>
  createLexer({
    ...shellModes,
    main: {
      rules: [
        { match: "^\\s*#.*", token: "c" },
        {
          match: "^\\s*(?:ONBUILD\\s+)?(?:RUN|CMD|ENTRYPOINT)\\b",
          token: "k",
        },
        {
          match:
            "^\\s*(?:ADD|ARG|COPY|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\\b",
          token: "k",
        },
        { match: "\\b(?:AS|as)(?=\\s)", token: "k" },
        { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
        { match: "'[^']*'?", token: "s" },
        ...VARIABLES,
      ],
    },
  })

export const make = () =>
  createLexer({
    ...shellModes,
    main: {
      rules: [
        { match: "^\\t", token: "", push: "line" },
        { match: "#.*", token: "c" },
        {
          match: "^\\s*-?(?:include|ifeq|ifneq|ifdef|ifndef|else|endif|define|endef|export|override|unexport|vpath)\\b",
          token: "k",
        },
        { match: "^[^\\s:#=$][^:#=$]*(?=:(?!=))", token: "k" },
        { match: "^[A-Za-z_][\\w.-]*(?=\\s*[?+:!]{0,3}=)", token: "" },
        { match: "\\$[({][^)}]*[)}]?", token: "" },
      ],
    },
    line: { rules: [{ match: "\\$[({]\\w+[)}]|\\$[@<^*?]", token: "" }, ...rules], line: true },
  })

const POWERSHELL = wordTable({
  k: `begin break catch class clean configuration continue data do dynamicparam else elseif end enum exit filter finally for
foreach from function hidden if in param process return static switch throw trap try until using while`,
})

export const powershell = () =>
  createLexer({
    main: {
      rules: [
        { match: "<#", token: "c", push: "comment" },
        { match: "#.*", token: "c" },
        { match: '@"\\s*$', token: "s", push: "here" },
        { match: "@'\\s*$", token: "s", push: "literal" },
        { match: '"', token: "s", push: "string" },
        { match: "'[^']*'?", token: "s" },
        { match: "\\$(?:true|false|null)\\b", token: "n" },
        { match: "\\$\\{[^}]*\\}?|[$@][A-Za-z_?][\\w:]*", token: "" },
        { match: "\\[[A-Za-z_][\\w.]*(?:\\[\\])?\\]", token: "t" },
        { match: "(?<![\\w)\\]])-[A-Za-z]\\w*", token: "k" },
        {
          match: "[A-Za-z_]\\w*(?:-\\w+)*",
          token: (found, at, line) =>
            POWERSHELL.get(found.toLowerCase()) ?? (found.includes("-") || line[at + found.length] === "(" ? "f" : ""),
        },
        { match: "0x[\\da-fA-F]+|\\d+(?:\\.\\d+)?(?:[kmgtKMGT][bB])?", token: "n" },
      ],
    },
    comment: until("#>", "c"),
    here: { rest: "s", rules: [], endsAt: (line) => (line.startsWith('"@') ? "after" : undefined) },
    literal: { rest: "s", rules: [], endsAt: (line) => (line.startsWith("'@") ? "after" : undefined) },
    string: {
      rest: "s",
      rules: [
        { match: "`.", token: "n" },
        { match: "\\$\\{[^}]*\\}?|\\$[A-Za-z_][\\w:]*", token: "" },
        { match: '"', token: "s", pop: true },
      ],
    },
  })
