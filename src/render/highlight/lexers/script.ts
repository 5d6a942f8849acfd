import { after, before, type Is, type ModeRules, type Rule, words } from "../lexer.ts"

// JavaScript and TypeScript, with or without JSX.

const keywords = words({
  k: `abstract accessor as asserts async await break case catch class const constructor continue debugger declare default
delete do else enum export extends finally for from function get if implements import in infer instanceof interface is
keyof let module namespace new of out override package private protected public readonly require return satisfies set
static super switch this throw try type typeof unique using var void while with yield`,
  n: "true false null undefined NaN Infinity",
})
/** Words that are keywords only where no value can stand. */
const soft = new Set(
  `abstract accessor as asserts async constructor declare from get implements infer is keyof module namespace of out override
package private protected public readonly require satisfies set static type unique using`.split(/\s+/),
)
const types = words({ t: "string number boolean any unknown never object symbol bigint void undefined null" })

/** After these a slash begins an expression, and so does `<` an element. */
const expects =
  /(?:^|[([{,;=:?!&|+\-*%^~>]|(?:^|[^\w$.])(?:return|typeof|case|do|else|in|of|void|yield|await|default))\s*$/
const beginsValue = (_: string, at: number, line: string) => expects.test(line.slice(Math.max(0, at - 40), at))

const word =
  (isTyped: boolean): Is =>
  (found, at, line) => {
    const end = at + found.length
    const previous = before(line, at)
    const next = after(line, end)
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

/** Whether a line that begins with a name and a colon declares something, as in an interface, rather than gives a value. */
const isMember = (line: string) =>
  !/(?:,|[{[(]|=>|["'`\d])\s*(?:\/\/.*)?$/.test(line) || /:\s*(?:string|number|boolean)\b/.test(line)

/** Whether the bracket that a place stands in is a brace, as far as the line tells. */
function inBraces(line: string, at: number): boolean {
  for (let i = at - 1, closed = 0; i >= 0; i--) {
    const character = line[i] as string
    if (")]}".includes(character)) closed++
    else if ("([{".includes(character) && closed-- === 0) return character === "{"
  }
  return true
}

const IDENTIFIER = "[A-Za-z_$\\u00c0-\\ud7ff][\\w$\\u00c0-\\ud7ff]*"

function code(isTyped: boolean, hasElements: boolean): Rule[] {
  const element: Rule = {
    match: "<(?=[A-Za-z_]|>)",
    is: "",
    when: (found, at, line) =>
      beginsValue(found, at, line) &&
      !/^<[\w\s,]*(?:,|extends\b)[^>]*>\s*\(|^<[\w\s,]+>\s*\(/.test(line.slice(at, at + 120)),
    push: "tag",
  }
  return [
    { match: "\\/\\/.*", is: "c" },
    { match: "\\/\\*", is: "c", push: "comment" },
    { match: '"(?:[^"\\\\]|\\\\.)*"?', is: "s" },
    { match: "'(?:[^'\\\\]|\\\\.)*'?", is: "s" },
    { match: "`", is: "s", push: "template" },
    {
      match: "\\/(?:[^\\\\/[]|\\\\.|\\[(?:[^\\]\\\\]|\\\\.)*\\])+\\/[a-z]*",
      is: "s",
      when: beginsValue,
    },
    ...(hasElements ? [element] : []),
    { match: `#?${IDENTIFIER}`, is: word(isTyped) },
    { match: "0[xXbBoO][\\da-fA-F_]+n?|\\.?\\d[\\d_]*(?:\\.[\\d_]+)?(?:[eE][+-]?\\d+)?n?", is: "n" },
    { match: `@${IDENTIFIER}`, is: "f" },
  ]
}

export const comment: ModeRules = { rest: "c", rules: [{ match: "\\*\\/", is: "c", pop: true }] }

/** @param isTyped TypeScript @param hasElements JSX */
export function script(isTyped: boolean, hasElements: boolean): Record<string, ModeRules> {
  const rules = code(isTyped, hasElements)
  const braces: Rule[] = [
    { match: "\\{", is: "", push: "braces" },
    { match: "\\}", is: "", pop: true },
  ]
  return {
    main: { rules },
    braces: { rules: [...rules, ...braces] },
    comment,
    template: {
      rest: "s",
      rules: [
        { match: "\\\\.", is: "n" },
        { match: "\\$\\{", is: "", push: "braces" },
        { match: "`", is: "s", pop: true },
      ],
    },
    ...(hasElements && elements),
  }
}

const elements: Record<string, ModeRules> = {
  tag: {
    rules: [
      { match: "\\/>", is: "", pop: true },
      { match: "(?<=[^=])>|^>", is: "", pop: true, push: "children" },
      { match: "\\{", is: "", push: "braces" },
      { match: "\"[^\"]*\"?|'[^']*'?", is: "s" },
      { match: "\\/\\/.*", is: "c" },
      { match: "\\/\\*", is: "c", push: "comment" },
      {
        match: "[A-Za-z_$][\\w$.:-]*",
        is: (found, at, line) => (line[at - 1] === "<" ? (/^[A-Z]|\./.test(found) ? "t" : "k") : "f"),
      },
    ],
  },
  children: {
    rules: [
      { match: "<\\/(?=[\\w.:-]*\\s*>)", is: "", pop: true, push: "closing" },
      { match: "<(?=[A-Za-z_]|>)", is: "", push: "tag" },
      { match: "\\{", is: "", push: "braces" },
    ],
  },
  closing: {
    rules: [
      { match: ">", is: "", pop: true },
      { match: "[\\w.:-]+", is: (found) => (/^[A-Z]|\./.test(found) ? "t" : "k") },
    ],
  },
}
