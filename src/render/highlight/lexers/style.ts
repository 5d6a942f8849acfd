import { after, type Is, type ModeRules, type Rule } from "../lexer.ts"
import { comment } from "./script.ts"

// CSS, and what extends it.

const NUMBER: Rule = { match: "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?(?:%|[a-zA-Z]+)?", is: "n" }
const COLOUR: Rule = { match: "#[\\da-fA-F]{3,8}\\b", is: "n" }

/** The name of a property, but for one of the page's own. */
const property: Is = (found, at, line) => {
  return found.startsWith("--") && after(line, at + found.length) === ":" ? "" : "f"
}

const shared = (isExtended: boolean): Rule[] => [
  { match: "\\/\\*", is: "c", push: "comment" },
  ...(isExtended ? [{ match: "(?<![:\\w])\\/\\/.*", is: "c" } as Rule] : []),
  { match: '"(?:[^"\\\\]|\\\\.)*"?', is: "s" },
  { match: "'(?:[^'\\\\]|\\\\.)*'?", is: "s" },
  { match: "@[\\w-]+", is: "k" },
  ...(isExtended ? [{ match: "\\$[\\w-]+", is: "" } as Rule] : []),
]

export function style(isExtended: boolean): Record<string, ModeRules> {
  const common = shared(isExtended)
  const selector: Rule[] = [
    { match: "[.#](?=[\\w-])[\\w-]+|&[\\w-]*|::?[\\w-]+|%[\\w-]+", is: (found) => (found.startsWith("&") ? "k" : "f") },
    { match: "\\[", is: "", push: "attribute" },
  ]
  const rules: Rule[] = [
    ...common,
    { match: "\\{", is: "", push: "block" },
    ...selector,
    NUMBER,
    { match: "[A-Za-z][\\w-]*", is: (found, at, line) => (line[at + found.length] === "(" ? "f" : "k") },
  ]
  return {
    main: { rules },
    block: {
      rules: [
        ...common,
        { match: "\\{", is: "", push: "block" },
        { match: "\\}", is: "", pop: true },
        {
          match: "--[\\w-]+|[A-Za-z-]+[\\w-]*(?=\\s*:(?:\\s|[^a-z:]|$))|[a-z-]+(?=:[a-z-]+;)",
          is: property,
          push: "value",
        },
        ...selector,
        { match: "[A-Za-z][\\w-]*", is: (found, at, line) => (line[at + found.length] === "(" ? "f" : "k") },
        NUMBER,
      ],
    },
    value: {
      rules: [
        { match: ";", is: "", pop: true },
        // Not of this declaration: it ends before the brace of its block.
        { match: "(?=[{}])", is: "", pop: true },
        ...common,
        COLOUR,
        NUMBER,
        { match: "!\\w+", is: "k" },
        { match: "--[\\w-]+", is: "" },
        { match: "[A-Za-z-][\\w-]*", is: (found, at, line) => (line[at + found.length] === "(" ? "f" : "n") },
      ],
    },
    attribute: {
      rules: [
        { match: "\\]", is: "", pop: true },
        { match: '"[^"]*"?', is: "s" },
        { match: "[\\w-]+", is: "f" },
      ],
    },
    comment,
  }
}
