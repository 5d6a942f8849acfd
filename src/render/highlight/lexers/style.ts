import { characterAfter, type LexerModeRules, type LexerRule, type TokenRule } from "../lexer.ts"
import { comment } from "./script.ts"

// CSS and its extensions.

const NUMBER: LexerRule = { match: "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?(?:%|[a-zA-Z]+)?", token: "n" }
const COLOUR: LexerRule = { match: "#[\\da-fA-F]{3,8}\\b", token: "n" }

/** A property name, except a custom property's declaration. */
const property: TokenRule = (found, at, line) => {
  return found.startsWith("--") && characterAfter(line, at + found.length) === ":" ? "" : "f"
}

const shared = (isExtended: boolean): LexerRule[] => [
  { match: "\\/\\*", token: "c", push: "comment" },
  ...(isExtended ? [{ match: "(?<![:\\w])\\/\\/.*", token: "c" } as LexerRule] : []),
  { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
  { match: "'(?:[^'\\\\]|\\\\.)*'?", token: "s" },
  { match: "@[\\w-]+", token: "k" },
  ...(isExtended ? [{ match: "\\$[\\w-]+", token: "" } as LexerRule] : []),
]

export function style(isExtended: boolean): Record<string, LexerModeRules> {
  const common = shared(isExtended)
  const selector: LexerRule[] = [
    {
      match: "[.#](?=[\\w-])[\\w-]+|&[\\w-]*|::?[\\w-]+|%[\\w-]+",
      token: (found) => (found.startsWith("&") ? "k" : "f"),
    },
    { match: "\\[", token: "", push: "attribute" },
  ]
  const rules: LexerRule[] = [
    ...common,
    { match: "\\{", token: "", push: "block" },
    ...selector,
    NUMBER,
    { match: "[A-Za-z][\\w-]*", token: (found, at, line) => (line[at + found.length] === "(" ? "f" : "k") },
  ]
  return {
    main: { rules },
    block: {
      rules: [
        ...common,
        { match: "\\{", token: "", push: "block" },
        { match: "\\}", token: "", pop: true },
        {
          match: "--[\\w-]+|[A-Za-z-]+[\\w-]*(?=\\s*:(?:\\s|[^a-z:]|$))|[a-z-]+(?=:[a-z-]+;)",
          token: property,
          push: "value",
        },
        ...selector,
        { match: "[A-Za-z][\\w-]*", token: (found, at, line) => (line[at + found.length] === "(" ? "f" : "k") },
        NUMBER,
      ],
    },
    value: {
      rules: [
        { match: ";", token: "", pop: true },
        // Ends before the brace of the enclosing block.
        { match: "(?=[{}])", token: "", pop: true },
        ...common,
        COLOUR,
        NUMBER,
        { match: "!\\w+", token: "k" },
        { match: "--[\\w-]+", token: "" },
        { match: "[A-Za-z-][\\w-]*", token: (found, at, line) => (line[at + found.length] === "(" ? "f" : "n") },
      ],
    },
    attribute: {
      rules: [
        { match: "\\]", token: "", pop: true },
        { match: '"[^"]*"?', token: "s" },
        { match: "[\\w-]+", token: "f" },
      ],
    },
    comment,
  }
}
