import { characterAfter, type LexerModeRules, type TokenRule } from "../lexer.ts"
import { comment } from "./script.ts"

// JSON, YAML, TOML, INI, .env and diffs.

const keyed: TokenRule = (found, at, line) => (characterAfter(line, at + found.length) === ":" ? "f" : "s")

export const json: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: '"(?:[^"\\\\]|\\\\.)*"?', token: keyed },
      { match: "'(?:[^'\\\\]|\\\\.)*'?", token: keyed },
      { match: "-?(?:0x[\\da-fA-F]+|\\d[\\d.]*(?:[eE][+-]?\\d+)?)", token: "n" },
      { match: "\\/\\/.*", token: "c" },
      { match: "\\/\\*", token: "c", push: "comment" },
      {
        match: "[A-Za-z_$][\\w$]*",
        token: (found, at, line) =>
          /^(?:true|false|null|NaN|Infinity)$/.test(found) ? "n" : keyed(found, at, line) === "f" ? "f" : "",
      },
    ],
  },
  comment,
}

const NUMBER = /^[-+]?(?:\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|\.inf|\.nan)$/i
const CONSTANT = /^(?:true|false|null|~|yes|no|on|off)$/i

const scalar: TokenRule = (found) => {
  const text = found.trimEnd()
  return NUMBER.test(text) || CONSTANT.test(text) ? "n" : "s"
}

/** Indentation of a line, in characters. */
const indent = (line: string) => line.length - line.trimStart().length

export const yaml: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "(?<=^|\\s)#.*", token: "c" },
      { match: "^(?:---|\\.\\.\\.)(?=\\s|$)", token: "" },
      { match: '"(?:[^"\\\\]|\\\\.)*"?', token: keyed },
      { match: "'(?:[^']|'')*'?", token: keyed },
      { match: "[&*][\\w-]+", token: "t" },
      { match: "![\\w!/:.-]*", token: "t" },
      { match: "-(?=\\s|$)", token: "" },
      // A block scalar ends at the indentation of its first line.
      {
        match: "[|>][-+\\d]*(?=\\s*(?:#.*)?$)",
        token: "k",
        push: (_, line) => ({ mode: "block", detail: String(indent(line)) }),
      },
      {
        match: "[^\\s\"'#&*!|>@`,[\\]{}:?-][^:#,[\\]{}]*(?=:(?:\\s|$))|(?:[-?:](?=\\S))[^:#,[\\]{}]*(?=:(?:\\s|$))",
        token: "f",
      },
      {
        match: "[^\\s,[\\]{}:#?](?:[^#,[\\]{}:\\s]|:(?=\\S)|\\s(?!#)(?=\\S)(?!\\S*:(?:\\s|$))|(?<=\\S)#)*",
        token: scalar,
      },
    ],
  },
  block: {
    rest: "s",
    rules: [],
    endsAt: (line, detail) => (line.trim() !== "" && indent(line) <= Number(detail) ? "before" : undefined),
  },
}

const value: TokenRule = (found) =>
  NUMBER.test(found) || /^\d{4}-\d\d-\d\d/.test(found) || CONSTANT.test(found) ? "n" : ""

export const toml: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "#.*", token: "c" },
      { match: "^\\s*\\[\\[?[^\\]]*\\]?\\]?", token: "t" },
      { match: '"""', token: "s", push: "long" },
      { match: "'''", token: "s", push: "literal" },
      { match: '(?:[\\w-]+|"[^"]*")(?:\\.[\\w-]+)*(?=\\s*=)', token: "f" },
      { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
      { match: "'[^']*'?", token: "s" },
      { match: "[+\\w.:-]+", token: value },
    ],
  },
  long: {
    rest: "s",
    rules: [
      { match: '"""', token: "s", pop: true },
      { match: "\\\\.", token: "s" },
    ],
  },
  literal: { rest: "s", rules: [{ match: "'''", token: "s", pop: true }] },
}

export const ini: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "^\\s*[#;].*", token: "c" },
      { match: "^\\s*\\[[^\\]]*\\]?", token: "t" },
      { match: "^\\s*[^=:\\s][^=:]*(?=[=:])", token: "f" },
      { match: '"[^"]*"?', token: "s" },
      { match: "'[^']*'?", token: "s" },
    ],
  },
}

export const dotenv: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "^\\s*#.*", token: "c" },
      { match: "^\\s*export\\b", token: "k" },
      { match: "[\\w.]+(?=\\s*=)", token: "f" },
      { match: '"(?:[^"\\\\]|\\\\.)*"?', token: "s" },
      { match: "'[^']*'?", token: "s" },
      { match: "(?<==).+", token: "s" },
    ],
  },
}

export const diff: Record<string, LexerModeRules> = {
  main: {
    rules: [
      { match: "^(?:diff |index |Index: |={3,}|---(?: |$)|\\+\\+\\+(?: |$)|\\*\\*\\* ).*", token: "h" },
      { match: "^@@ .*", token: "h" },
      { match: "^[-<].*", token: "d" },
      { match: "^[+>].*", token: "i" },
      { match: "^!.*", token: "t" },
    ],
  },
}
