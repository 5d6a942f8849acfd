import { after, type Is, type ModeRules } from "../lexer.ts"
import { comment } from "./script.ts"

// JSON, YAML, TOML, INI, .env and diffs.

const keyed: Is = (found, at, line) => (after(line, at + found.length) === ":" ? "f" : "s")

export const json: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: '"(?:[^"\\\\]|\\\\.)*"?', is: keyed },
      { match: "'(?:[^'\\\\]|\\\\.)*'?", is: keyed },
      { match: "-?(?:0x[\\da-fA-F]+|\\d[\\d.]*(?:[eE][+-]?\\d+)?)", is: "n" },
      { match: "\\/\\/.*", is: "c" },
      { match: "\\/\\*", is: "c", push: "comment" },
      {
        match: "[A-Za-z_$][\\w$]*",
        is: (found, at, line) =>
          /^(?:true|false|null|NaN|Infinity)$/.test(found) ? "n" : keyed(found, at, line) === "f" ? "f" : "",
      },
    ],
  },
  comment,
}

const NUMBER = /^[-+]?(?:\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|0x[\da-f]+|0o[0-7]+|\.inf|\.nan)$/i
const CONSTANT = /^(?:true|false|null|~|yes|no|on|off)$/i

const scalar: Is = (found) => {
  const text = found.trimEnd()
  return NUMBER.test(text) || CONSTANT.test(text) ? "n" : "s"
}

/** How far a line is indented. */
const indent = (line: string) => line.length - line.trimStart().length

export const yaml: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "(?<=^|\\s)#.*", is: "c" },
      { match: "^(?:---|\\.\\.\\.)(?=\\s|$)", is: "" },
      { match: '"(?:[^"\\\\]|\\\\.)*"?', is: keyed },
      { match: "'(?:[^']|'')*'?", is: keyed },
      { match: "[&*][\\w-]+", is: "t" },
      { match: "![\\w!/:.-]*", is: "t" },
      { match: "-(?=\\s|$)", is: "" },
      // The indentation of the line is what the block scalar ends at.
      {
        match: "[|>][-+\\d]*(?=\\s*(?:#.*)?$)",
        is: "k",
        push: (_, line) => ({ mode: "block", detail: String(indent(line)) }),
      },
      {
        match: "[^\\s\"'#&*!|>@`,[\\]{}:?-][^:#,[\\]{}]*(?=:(?:\\s|$))|(?:[-?:](?=\\S))[^:#,[\\]{}]*(?=:(?:\\s|$))",
        is: "f",
      },
      {
        match: "[^\\s,[\\]{}:#?](?:[^#,[\\]{}:\\s]|:(?=\\S)|\\s(?!#)(?=\\S)(?!\\S*:(?:\\s|$))|(?<=\\S)#)*",
        is: scalar,
      },
    ],
  },
  block: {
    rest: "s",
    rules: [],
    endsAt: (line, detail) => (line.trim() !== "" && indent(line) <= Number(detail) ? "before" : undefined),
  },
}

const value: Is = (found) => (NUMBER.test(found) || /^\d{4}-\d\d-\d\d/.test(found) || CONSTANT.test(found) ? "n" : "")

export const toml: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "#.*", is: "c" },
      { match: "^\\s*\\[\\[?[^\\]]*\\]?\\]?", is: "t" },
      { match: '"""', is: "s", push: "long" },
      { match: "'''", is: "s", push: "literal" },
      { match: '(?:[\\w-]+|"[^"]*")(?:\\.[\\w-]+)*(?=\\s*=)', is: "f" },
      { match: '"(?:[^"\\\\]|\\\\.)*"?', is: "s" },
      { match: "'[^']*'?", is: "s" },
      { match: "[+\\w.:-]+", is: value },
    ],
  },
  long: {
    rest: "s",
    rules: [
      { match: '"""', is: "s", pop: true },
      { match: "\\\\.", is: "s" },
    ],
  },
  literal: { rest: "s", rules: [{ match: "'''", is: "s", pop: true }] },
}

export const ini: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "^\\s*[#;].*", is: "c" },
      { match: "^\\s*\\[[^\\]]*\\]?", is: "t" },
      { match: "^\\s*[^=:\\s][^=:]*(?=[=:])", is: "f" },
      { match: '"[^"]*"?', is: "s" },
      { match: "'[^']*'?", is: "s" },
    ],
  },
}

export const dotenv: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "^\\s*#.*", is: "c" },
      { match: "^\\s*export\\b", is: "k" },
      { match: "[\\w.]+(?=\\s*=)", is: "f" },
      { match: '"(?:[^"\\\\]|\\\\.)*"?', is: "s" },
      { match: "'[^']*'?", is: "s" },
      { match: "(?<==).+", is: "s" },
    ],
  },
}

export const diff: Record<string, ModeRules> = {
  main: {
    rules: [
      { match: "^(?:diff |index |Index: |={3,}|---(?: |$)|\\+\\+\\+(?: |$)|\\*\\*\\* ).*", is: "h" },
      { match: "^@@ .*", is: "h" },
      { match: "^[-<].*", is: "d" },
      { match: "^[+>].*", is: "i" },
      { match: "^!.*", is: "t" },
    ],
  },
}
