import { base64Texts } from "./base64.ts"
import { readings, withoutEscapes } from "./disguises.ts"
import { type Found, findWords } from "./find-words.ts"
import { privateKeys } from "./private-key.ts"
import { type Rule, rules } from "./rules.ts"
import { askSecretlint, secretlintWords } from "./secretlint.ts"
import type { Secrets } from "./secrets.ts"

const KEY = ["private key", "private-lines:"]
const words = new Set([...rules.flatMap((rule) => rule.words), ...secretlintWords, ...KEY])
const find = findWords(words, true)

// What a word gives away; a word may hold others (`--token` holds `token`), which then stand further in.
const meaning = new Map([...words].map((word) => [word, meaningOf(word)]))

function meaningOf(word: string) {
  const held = (others: readonly string[]) => others.map((other) => word.indexOf(other)).filter((at) => at >= 0)
  return {
    looks: rules.flatMap((rule): { rule: Rule; at: number }[] =>
      [...new Set(held(rule.words))].map((at) => ({ rule, at })),
    ),
    isSecretlint: held(secretlintWords).length > 0,
    isKey: held(KEY).length > 0,
  }
}

/** Adds the secrets that a text holds, in any of its disguises. `isAllowed` are those that are none. */
export async function look(text: string, secrets: Secrets, isAllowed: (value: string) => boolean): Promise<void> {
  await lookAt(withoutEscapes(text)?.text ?? text, secrets, isAllowed, 0)
}

async function lookAt(text: string, secrets: Secrets, isAllowed: (value: string) => boolean, depth: number) {
  const found = find(text)
  if (found.length > 0) {
    await lookInto(text, found, secrets, isAllowed)
    for (const reading of readings(text)) {
      const there = find(reading)
      if (there.length > 0) await lookInto(reading, there, secrets, isAllowed)
    }
  }
  if (depth < 3)
    for (const { text: inner } of base64Texts(text))
      await lookAt(withoutEscapes(inner)?.text ?? inner, secrets, isAllowed, depth + 1)
}

async function lookInto(text: string, found: Found[], secrets: Secrets, isAllowed: (value: string) => boolean) {
  const forSecretlint: Found[] = []
  let isKey = false
  for (const place of found) {
    const { looks, isSecretlint, isKey: isKeyWord } = meaning.get(place.word)!
    for (const { rule, at } of looks)
      for (const { kind, start, end } of rule.look(text, place.start + at)) {
        const value = text.slice(start, end)
        const before = /\S*\s*$/.exec(text.slice(Math.max(0, start - 40), start))![0]
        if (!isAllowed(value)) secrets.add(kind, value, before)
      }
    if (isSecretlint) forSecretlint.push(place)
    isKey ||= isKeyWord
  }
  if (isKey)
    for (const lines of privateKeys(text)) if (!isAllowed(lines.join("\n"))) secrets.addLines("private key", lines)
  if (forSecretlint.length > 0)
    for (const { kind, value } of await askSecretlint(text, forSecretlint))
      if (!isAllowed(value)) secrets.add(kind, value)
}
