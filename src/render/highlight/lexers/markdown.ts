import { type Lexer, lexer, type ModeRules, type Rule } from "../lexer.ts"

// Markdown, with the code in its fences as the languages that are at hand colour it.

/** @param lexerOf the lexer for a fence's info string, if there is one */
const opening = (lexerOf: (info: string) => Lexer | undefined): Rule => ({
  match: "^\\s*(?:`{3,}[^`]*|~{3,}.*)$",
  is: "s",
  push: (found) => {
    const [, marks = "", info = ""] = /^(`+|~+)(.*)$/.exec(found.trim()) ?? []
    return { mode: "fence", detail: marks, inner: lexerOf(info) }
  },
})

const fence: ModeRules = {
  rest: "s",
  rules: [],
  endsAt: (line, detail) => {
    const text = line.trim()
    return text.startsWith(detail) && text.replaceAll(detail[0] as string, "") === "" ? "after" : undefined
  },
}

export const markdown = (lexerOf: (info: string) => Lexer | undefined): Lexer =>
  lexer({
    main: {
      rules: [
        opening(lexerOf),
        { match: "^\\s{0,3}#{1,6}(?:\\s.*)?$", is: "h" },
        { match: "^(?:={3,}|-{3,})\\s*$", is: (found) => (found.startsWith("=") ? "h" : "") },
        { match: "^\\s*>.*", is: "c" },
        { match: "^\\s*(?:[-*+]|\\d{1,9}[.)])(?=\\s)", is: "k" },
        { match: "^\\s*\\[[^\\]]*\\]:\\s*\\S*", is: "s" },
        { match: "<!--", is: "c", push: "comment" },
        { match: "``[^`]+``|`[^`]+`", is: "s" },
        { match: "(?<=\\[)[^\\][]*(?=\\](?:\\(|\\[))", is: "s" },
        { match: "(?<=\\]\\()[^)\\s]+", is: "s" },
        { match: "https?:\\/\\/[^\\s<>)\\]]+", is: "s" },
        { match: "<\\/?[A-Za-z][\\w-]*", is: "k" },
        { match: "\\\\[!-/:-@[-`{-~]", is: "n" },
      ],
    },
    comment: { rest: "c", rules: [{ match: "-->", is: "c", pop: true }] },
    fence,
  })
