import { type Language, languageNamed } from "./languages.ts"
import { type Lexer, lexer } from "./lexer.ts"
import * as braces from "./lexers/c-like.ts"
import * as data from "./lexers/data.ts"
import { luaLexer, pythonModes, rubyModes, sqlLexer } from "./lexers/indented.ts"
import { markdown } from "./lexers/markdown.ts"
import { astro, html, svelte, vue, xml } from "./lexers/markup.ts"
import { script } from "./lexers/script.ts"
import { docker, make, powershell, session, shellModes } from "./lexers/shell.ts"
import { style } from "./lexers/style.ts"

/** The languages that have a lexer of their own, made when the first line of one is read. */
const makers: Partial<Record<Language, () => Lexer>> = {
  javascript: () => lexer(script(false, true)),
  jsx: () => lexer(script(false, true)),
  typescript: () => lexer(script(true, false)),
  tsx: () => lexer(script(true, true)),
  json: () => lexer(data.json),
  jsonc: () => lexer(data.json),
  json5: () => lexer(data.json),
  yaml: () => lexer(data.yaml),
  toml: () => lexer(data.toml),
  ini: () => lexer(data.ini),
  dotenv: () => lexer(data.dotenv),
  diff: () => lexer(data.diff),
  css: () => lexer(style(false)),
  scss: () => lexer(style(true)),
  less: () => lexer(style(true)),
  python: () => lexer(pythonModes),
  ruby: () => lexer(rubyModes),
  lua: luaLexer,
  sql: sqlLexer,
  bash: () => lexer(shellModes),
  shellsession: session,
  docker,
  powershell,
  make,
  markdown: () =>
    markdown((info) => {
      const language = languageNamed(info)
      // One within the other without end would have no bound.
      return language === undefined || language === "markdown" ? undefined : lexerOf(language)
    }),
  html,
  xml,
  vue,
  svelte,
  astro,
  c: braces.c,
  cpp: braces.cpp,
  java: braces.java,
  kotlin: braces.kotlin,
  csharp: braces.csharp,
  go: braces.go,
  rust: braces.rust,
  swift: braces.swift,
  dart: braces.dart,
  scala: braces.scala,
  zig: braces.zig,
  proto: braces.proto,
  graphql: braces.graphql,
}

const made = new Map<string, Lexer>()

/** The lexer of a language, if it has one of its own. */
export function lexerOf(language: string): Lexer | undefined {
  const known = made.get(language)
  if (known !== undefined) return known
  const make = Object.hasOwn(makers, language) ? makers[language as Language] : undefined
  const lexer = make?.()
  if (lexer) made.set(language, lexer)
  return lexer
}

/** Whether a language has one, so that no grammar is needed. */
export const hasLexer = (language: string): boolean => Object.hasOwn(makers, language)
