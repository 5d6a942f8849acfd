import { createLexer, type Lexer, type LexerModeRules, type LexerRule } from "../lexer.ts"

// Markdown. Fenced code is tokenized with the lexer of its language, if there is one.

/** @param lexerOf returns the lexer for a fence's info string, if there is one */
const opening = (lexerOf: (info: string) => Lexer | undefined): LexerRule => ({
  match: "^\\s*(?:`{3,}[^`]*|~{3,}.*)$",
  token: "s",
  push: (found) => {
    const [, marks = "", info = ""] = /^(`+|~+)(.*)$/.exec(found.trim()) ?? []
    return { mode: "fence", detail: marks, inner: lexerOf(info) }
  },
})

const fence: LexerModeRules = {
  rest: "s",
  rules: [],
  endsAt: (line, detail) => {
    const text = line.trim()
    return text.startsWith(detail) && text.replaceAll(detail[0] as string, "") === "" ? "after" : undefined
  },
}

export const markdown = (lexerOf: (info: string) => Lexer | undefined): Lexer =>
  createLexer({
    main: {
      rules: [
        opening(lexerOf),
        { match: "^\\s{0,3}#{1,6}(?:\\s.*)?$", token: "h" },
        { match: "^(?:={3,}|-{3,})\\s*$", token: (found) => (found.startsWith("=") ? "h" : "") },
        { match: "^\\s*>.*", token: "c" },
        { match: "^\\s*(?:[-*+]|\\d{1,9}[.)])(?=\\s)", token: "k" },
        { match: "^\\s*\\[[^\\]]*\\]:\\s*\\S*", token: "s" },
        { match: "<!--", token: "c", push: "comment" },
        { match: "``[^`]+``|`[^`]+`", token: "s" },
        { match: "(?<=\\[)[^\\][]*(?=\\](?:\\(|\\[))", token: "s" },
        { match: "(?<=\\]\\()[^)\\s]+", token: "s" },
        { match: "https?:\\/\\/[^\\s<>)\\]]+", token: "s" },
        { match: "<\\/?[A-Za-z][\\w-]*", token: "k" },
        { match: "\\\\[!-/:-@[-`{-~]", token: "n" },
      ],
    },
    comment: { rest: "c", rules: [{ match: "-->", token: "c", pop: true }] },
    fence,
  })
