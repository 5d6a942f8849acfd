import { type Language, languageByName } from "./languages.ts"
import { createLexer, type Lexer } from "./lexer.ts"
import * as braces from "./lexers/c-like.ts"
import * as data from "./lexers/data.ts"
import { luaLexer, pythonModes, rubyModes, sqlLexer } from "./lexers/indented.ts"
import { markdown } from "./lexers/markdown.ts"
import { astro, html, svelte, vue, xml } from "./lexers/markup.ts"
import { script } from "./lexers/script.ts"
import { docker, make, powershell, session, shellModes } from "./lexers/shell.ts"
import { style } from "./lexers/style.ts"

/** Languages with a lexer of their own, created when the first line of one is read. */
const LEXER_FACTORIES: Partial<Record<Language, () => Lexer>> = {
  javascript: () => createLexer(script(false, true)),
  jsx: () => createLexer(script(false, true)),
  typescript: () => createLexer(script(true, false)),
  tsx: () => createLexer(script(true, true)),
  json: () => createLexer(data.json),
  jsonc: () => createLexer(data.json),
  json5: () => createLexer(data.json),
  yaml: () => createLexer(data.yaml),
  toml: () => createLexer(data.toml),
  ini: () => createLexer(data.ini),
  dotenv: () => createLexer(data.dotenv),
  diff: () => createLexer(data.diff),
  css: () => createLexer(style(false)),
  scss: () => createLexer(style(true)),
  less: () => createLexer(style(true)),
  python: () => createLexer(pythonModes),
  ruby: () => createLexer(rubyModes),
  lua: luaLexer,
  sql: sqlLexer,
  bash: () => createLexer(shellModes),
  shellsession: session,
  docker,
  powershell,
  make,
  markdown: () =>
    markdown((info) => {
      const language = languageByName(info)
      // Unbounded nesting otherwise.
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

const lexers = new Map<string, Lexer>()

/** The language's own lexer, if it has one. */
export function lexerOf(language: string): Lexer | undefined {
  const cached = lexers.get(language)
  if (cached !== undefined) return cached
  const make = Object.hasOwn(LEXER_FACTORIES, language) ? LEXER_FACTORIES[language as Language] : undefined
  const lexer = make?.()
  if (lexer) lexers.set(language, lexer)
  return lexer
}

/** Whether a language has its own lexer and needs no grammar. */
export const hasLexer = (language: string): boolean => Object.hasOwn(LEXER_FACTORIES, language)
