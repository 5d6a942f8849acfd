import {
  characterAfter,
  characterBefore,
  type LexerModeRules,
  type LexerRule,
  type TokenRule,
  wordTable,
} from "../lexer.ts"

// JavaScript and TypeScript, with or without JSX.

const keywords = wordTable({
  k: `abstract accessor as asserts async await break case catch class const constructor continue debugger declare default
delete do else enum export extends finally for from function get if implements import in infer instanceof interface is
keyof let module namespace new of out override package private protected public readonly require return satisfies set
static super switch this throw try type typeof unique using var void while with yield`,
  n: "true false null undefined NaN Infinity",
})
/** Words that are keywords only where no value can be. */
const soft = new Set(
  `abstract accessor as asserts async constructor declare from get implements infer is keyof module namespace of out override
package private protected public readonly require satisfies set static type unique using`.split(/\s+/),
)
const types = wordTable({ t: "string number boolean any unknown never object symbol bigint void undefined null" })

/** After these, a slash begins a regular expression and `<` an element. */
const expects =
  /(?:^|[([{,;=:?!&|+\-*%^~>]|(?:^|[^\w$.])(?:return|typeof|case|do|else|in|of|void|yield|await|default))\s*$/
const beginsValue = (_: string, at: number, line: string) => expects.test(line.slice(Math.max(0, at - 40), at))

const word =
  (isTyped: boolean): TokenRule =>
  (found, at, line) => {
    const end = at + found.length
    const previous = characterBefore(line, at)
    const next = characterAfter(line, end)
    if (previous === "." && !line.slice(0, at).trimEnd().endsWith("...")) {
      if (next === "(" || next === "`") return "f"
      return /^[A-Z][\w$]*[a-z]/.test(found) && next !== "=" && isTyped && /[:<|&]\s*[\w$.]*\.$/.test(line.slice(0, at))
        ? "t"
        : ""
    }
    const isKey =
      next === ":" &&
      (previous === "" ? !isTyped || !isMember(line) : previous === "{" || (previous === "," && inBraces(line, at)))
    const keyword = keywords.get(found)
    if (
      isTyped &&
      types.has(found) &&
      /(?:[:<|&,[(=>]|\b(?:as|is|extends|keyof|satisfies|type|readonly)|\?)\s*$/.test(
        line.slice(Math.max(0, at - 30), at),
      ) &&
      ((previous !== "(" && previous !== "," && previous !== "=") || keyword === undefined) &&
      next !== ":"
    )
      return "t"
    if (keyword !== undefined) {
      if (!soft.has(found)) return isKey && found !== "default" && found !== "case" ? "f" : keyword
      if (isKey) return "f"
      if (next === "(") return found === "constructor" || found === "async" ? "k" : "f"
      if (
        !(
          next === "=" ||
          next === "." ||
          next === ":" ||
          next === "," ||
          next === ")" ||
          next === ";" ||
          next === "]" ||
          next === "?"
        ) ||
        found === "readonly"
      )
        return keyword
      return found === "from" || found === "as" ? (/["'\w]/.test(next) ? "k" : "") : ""
    }
    if (isKey) return "f"
    if (next === "(" || next === "`") return /\bnew\s+$/.test(line.slice(Math.max(0, at - 8), at)) ? "t" : "f"
    if (next === "<" && line[end] === "<" && /^<[^()]{0,80}>\s*\(/.test(line.slice(end, end + 100))) return "f"
    if (
      next === "=" &&
      /^\s*=\s*(?:async\s+)?(?:function\b|\([^()]*\)\s*(?::[^=]*)?=>|[\w$]+\s*=>)/.test(line.slice(end, end + 200))
    )
      return "f"
    if (/^[A-Z][\w$]*$/.test(found) && (/[a-z]/.test(found) || found.length === 1))
      return isTyped || /\b(?:new|class|extends|instanceof)\s+$/.test(line.slice(Math.max(0, at - 14), at)) ? "t" : ""
    return ""
  }

/** Whether a line with a name and a colon declares a member, as in an interface, rather than a value. */
const isMember = (line: string) =>
  !/(?:,|[{[(]|=>|["'`\d])\s*(?:\/\/.*)?$/.test(line) || /:\s*(?:string|number|boolean)\b/.test(line)

/** Whether the innermost open bracket at an offset is a brace, judging by this line. */
function inBraces(line: string, at: number): boolean {
  for (let i = at - 1, closed = 0; i >= 0; i--) {
    const character = line[i] as string
    if (")]}".includes(character)) closed++
    else if ("([{".includes(character) && closed-- === 0) return character === "{"
  }
  return true
}

const IDENTIFIER = "[A-Za-z_$\\u00c0-\\ud7ff][\\w$\\u00c0-\\ud7ff]*"

function code(isTyped: boolean, hasElements: boolean): LexerRule[] {
  const element: LexerRule = {
    match: "<(?=[A-Za-z_]|>)",
    token: "",
    when: (found, at, line) =>
      beginsValue(found, at, line) &&
      !/^<[\w\s,]*(?:,|extends\b)[^>]*>\s*\(|^<[\w\s,]+>\s*\(/.test(line.slice(at, at + 120)),
    push: "tag",
  }
  return [
    { match: "\\/\\/.*", token: "c" },
    { match: "\\/\\*", token: "c", push: "comment" },
    { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
    { match: "'(?:[^'\\\\]|\\\\.)*'?", token: "s" },
    { match: "`", token: "s", push: "template" },
    {
      match: "\\/(?:[^\\\\/[]|\\\\.|\\[(?:[^\\]\\\\]|\\\\.)*\\])+\\/[a-z]*",
      token: "s",
      when: beginsValue,
    },
    ...(hasElements ? [element] : []),
    { match: `#?${IDENTIFIER}`, token: word(isTyped) },
    { match: "0[xXbBoO][\\da-fA-F_]+n?|\\.?\\d[\\d_]*(?:\\.[\\d_]+)?(?:[eE][+-]?\\d+)?n?", token: "n" },
    { match: `@${IDENTIFIER}`, token: "f" },
  ]
}

export const comment: LexerModeRules = { rest: "c", rules: [{ match: "\\*\\/", token: "c", pop: true }] }

/**
 * @param isTyped TypeScript
 * @param hasElements JSX
 */
export function script(isTyped: boolean, hasElements: boolean): Record<string, LexerModeRules> {
  const rules = code(isTyped, hasElements)
  const braces: LexerRule[] = [
    { match: "\\{", token: "", push: "braces" },
    { match: "\\}", token: "", pop: true },
  ]
  return {
    main: { rules },
    braces: { rules: [...rules, ...braces] },
    comment,
    template: {
      rest: "s",
      rules: [
        { match: "\\\\.", token: "n" },
        { match: "\\$\\{", token: "", push: "braces" },
        { match: "`", token: "s", pop: true },
      ],
    },
    ...(hasElements && elements),
  }
}

const elements: Record<string, LexerModeRules> = {
  tag: {
    rules: [
      { match: "\\/>", token: "", pop: true },
      { match: "(?<=[^=])>|^>", token: "", pop: true, push: "children" },
      { match: "\\{", token: "", push: "braces" },
      { match: "\"[^\"]*\"?|'[^']*'?", token: "s" },
      { match: "\\/\\/.*", token: "c" },
      { match: "\\/\\*", token: "c", push: "comment" },
      {
        match: "[A-Za-z_$][\\w$.:-]*",
        token: (found, at, line) => (line[at - 1] === "<" ? (/^[A-Z]|\./.test(found) ? "t" : "k") : "f"),
      },
    ],
  },
  children: {
    rules: [
      { match: "<\\/(?=[\\w.:-]*\\s*>)", token: "", pop: true, push: "closing" },
      { match: "<(?=[A-Za-z_]|>)", token: "", push: "tag" },
      { match: "\\{", token: "", push: "braces" },
    ],
  },
  closing: {
    rules: [
      { match: ">", token: "", pop: true },
      { match: "[\\w.:-]+", token: (found) => (/^[A-Z]|\./.test(found) ? "t" : "k") },
    ],
  },
}
