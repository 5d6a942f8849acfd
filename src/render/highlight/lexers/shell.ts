import { type Is, lexer, type ModeRules, type Rule, words } from "../lexer.ts"
import { until } from "./c-like.ts"

// Shells, and Dockerfiles and Makefiles, whose lines are a shell's.

const known = words({
  k: `if then elif else fi for select while until do done case esac in function time return exit break continue export local
declare readonly unset shift source trap set typeset`,
})

/** A command is what stands where one can: at the beginning, after a separator, after a keyword or an assignment. */
const isCommand = (at: number, line: string) =>
  /(?:^|[;|&({`!]|\$\(|\b(?:then|do|else|elif|if|while|until|time|sudo|exec|env)|\b[A-Za-z_]\w*=[^\s"'()]*)\s*$/.test(
    line.slice(Math.max(0, at - 60), at),
  )

const word: Is = (found, at, line) => {
  if (/^-/.test(found)) return "n"
  if (isCommand(at, line) || /^(?:in|do|then)$/.test(found)) {
    const name = known.get(found)
    if (name !== undefined) return name
    if (/^\w+\+?=/.test(found)) return ""
    return /^[\w./~:@+-]+$/.test(found) && !/^\d+$/.test(found) ? "f" : ""
  }
  if (/\bfor\s+$/.test(line.slice(Math.max(0, at - 8), at))) return ""
  return /^\d+$/.test(found) ? "n" : "s"
}

const VARIABLES: Rule[] = [
  { match: "\\$\\(\\(", is: "", push: "arithmetic" },
  { match: "\\$\\(", is: "", push: "command" },
  { match: "\\$\\{", is: "", push: "expansion" },
  { match: "\\$(?:[A-Za-z_]\\w*|[\\d#?*@!$-])", is: "" },
]
const HEREDOC: Rule = {
  match: "<<-?\\s*(?:\"[^\"]*\"|'[^']*'|\\\\?[A-Za-z_]\\w*)",
  is: "k",
  push: (found) => ({ mode: "heredoc", detail: found.replace(/^<<-?\s*/, "").replace(/["'\\]/g, "") }),
}
const rules: Rule[] = [
  { match: "(?<![^\\s;|&()])#.*", is: "c" },
  { match: "<<<", is: "" },
  HEREDOC,
  { match: "\\$?'(?:[^'])*'?", is: "s" },
  { match: '"', is: "s", push: "string" },
  ...VARIABLES,
  { match: "\\\\.", is: "" },
  { match: "\\[\\[?(?=\\s)|\\]\\]?", is: "" },
  { match: "[A-Za-z_]\\w*(?=\\s*\\(\\))", is: "f" },
  { match: "[A-Za-z_]\\w*\\+?=", is: "" },
  { match: "[^\\s;|&()<>\"'$`\\\\#{}=!]+(?:[#=!][^\\s;|&()<>\"'$`\\\\{}]*)?", is: word },
]

export const shellModes: Record<string, ModeRules> = {
  main: { rules },
  command: { rules: [...rules, { match: "\\(", is: "", push: "command" }, { match: "\\)", is: "", pop: true }] },
  arithmetic: {
    rules: [...VARIABLES, { match: "\\)\\)", is: "", pop: true }, { match: "\\d+", is: "n" }],
  },
  expansion: {
    rules: [...VARIABLES, { match: "\\}", is: "", pop: true }],
  },
  string: {
    rest: "s",
    rules: [{ match: '\\\\["$`\\\\]', is: "n" }, ...VARIABLES, { match: '"', is: "s", pop: true }],
  },
  heredoc: {
    rest: "s",
    rules: [],
    endsAt: (line, detail) => (line.trim() === detail ? "after" : undefined),
  },
}

export const session = () =>
  lexer({
    ...shellModes,
    main: { rules: [{ match: "^\\s*[$#%>❯]\\s", is: "c", push: "line" }] },
    line: { rules, line: true },
  })

export const docker = () =>
  lexer({
    ...shellModes,
    main: {
      rules: [
        { match: "^\\s*#.*", is: "c" },
        {
          match: "^\\s*(?:ONBUILD\\s+)?(?:RUN|CMD|ENTRYPOINT)\\b",
          is: "k",
        },
        {
          match:
            "^\\s*(?:ADD|ARG|COPY|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\\b",
          is: "k",
        },
        { match: "\\b(?:AS|as)(?=\\s)", is: "k" },
        { match: '"(?:[^"\\\\]|\\\\.)*"?', is: "s" },
        { match: "'[^']*'?", is: "s" },
        ...VARIABLES,
      ],
    },
  })

export const make = () =>
  lexer({
    ...shellModes,
    main: {
      rules: [
        { match: "^\\t", is: "", push: "line" },
        { match: "#.*", is: "c" },
        {
          match: "^\\s*-?(?:include|ifeq|ifneq|ifdef|ifndef|else|endif|define|endef|export|override|unexport|vpath)\\b",
          is: "k",
        },
        { match: "^[^\\s:#=$][^:#=$]*(?=:(?!=))", is: "k" },
        { match: "^[A-Za-z_][\\w.-]*(?=\\s*[?+:!]{0,3}=)", is: "" },
        { match: "\\$[({][^)}]*[)}]?", is: "" },
      ],
    },
    line: { rules: [{ match: "\\$[({]\\w+[)}]|\\$[@<^*?]", is: "" }, ...rules], line: true },
  })

const POWERSHELL = words({
  k: `begin break catch class clean configuration continue data do dynamicparam else elseif end enum exit filter finally for
foreach from function hidden if in param process return static switch throw trap try until using while`,
})

export const powershell = () =>
  lexer({
    main: {
      rules: [
        { match: "<#", is: "c", push: "comment" },
        { match: "#.*", is: "c" },
        { match: '@"\\s*$', is: "s", push: "here" },
        { match: "@'\\s*$", is: "s", push: "literal" },
        { match: '"', is: "s", push: "string" },
        { match: "'[^']*'?", is: "s" },
        { match: "\\$(?:true|false|null)\\b", is: "n" },
        { match: "\\$\\{[^}]*\\}?|[$@][A-Za-z_?][\\w:]*", is: "" },
        { match: "\\[[A-Za-z_][\\w.]*(?:\\[\\])?\\]", is: "t" },
        { match: "(?<![\\w)\\]])-[A-Za-z]\\w*", is: "k" },
        {
          match: "[A-Za-z_]\\w*(?:-\\w+)*",
          is: (found, at, line) =>
            POWERSHELL.get(found.toLowerCase()) ?? (found.includes("-") || line[at + found.length] === "(" ? "f" : ""),
        },
        { match: "0x[\\da-fA-F]+|\\d+(?:\\.\\d+)?(?:[kmgtKMGT][bB])?", is: "n" },
      ],
    },
    comment: until("#>", "c"),
    here: { rest: "s", rules: [], endsAt: (line) => (line.startsWith('"@') ? "after" : undefined) },
    literal: { rest: "s", rules: [], endsAt: (line) => (line.startsWith("'@") ? "after" : undefined) },
    string: {
      rest: "s",
      rules: [
        { match: "`.", is: "n" },
        { match: "\\$\\{[^}]*\\}?|\\$[A-Za-z_][\\w:]*", is: "" },
        { match: '"', is: "s", pop: true },
      ],
    },
  })
