import { LOGIN_WORDS, PAIR, phrases } from "../rules/phrases.ts"
import type { SecretMatch, SecretRule } from "../rules/secret-rule.ts"
import { isSecret } from "../values/judge.ts"
import { toldAfter } from "./prose.ts"

const isKey = /schlüssel|clé|chiave|chave|ключ|密钥|キー|키|klucz|clave/
const isToken = /jeton|токен|令牌|トークン|토큰/
const MAX_LINE_CHARS = 100

/** Secrets that sentences in other languages than English tell. */
export const foreignPhrases: SecretRule = {
  anchors: Object.values(phrases).flat(),
  findAt(text, at) {
    const word = /^[^\s:：,，.、(]{2,16}/.exec(text.slice(at, at + 16))?.[0] ?? ""
    const kind = isKey.test(word) ? "key" : isToken.test(word) ? "token" : "password"
    const end = at + lengthAt(text, at)
    if ((/[A-Za-z]/.test(text.charAt(at - 1)) && /^[a-z]/i.test(word)) || /[\w=(]/.test(text.charAt(end))) return []
    return secretsOf(text, kind, at, end)
  },
}

const longestFirst = Object.values(phrases)
  .flat()
  .sort((a, b) => b.length - a.length)
const lengthAt = (text: string, at: number) => {
  const lower = text.slice(at, at + 20).toLowerCase()
  return longestFirst.find((phrase) => lower.startsWith(phrase))?.length ?? 0
}

function secretsOf(text: string, kind: string, from: number, at: number): SecretMatch[] {
  const found = toldAfter(text, at).find(({ start, end, place }) => isSecret(text.slice(start, end), "password", place))
  return found ? [{ kind, start: found.start, end: found.end, from: found.start - from < 80 ? from : found.start }] : []
}

const PAIR_VALUE = /^ \/ ["'`]?([^\s"'`]{6,128})/

/** Pairs of a user and a password with a slash between them, in a sentence about logging in. */
export const loginPairs: SecretRule = {
  anchors: [PAIR],
  findAt(text, at) {
    const value = PAIR_VALUE.exec(text.slice(at, at + 140))?.[1]?.replace(/[.,;)]+$/, "")
    const user = /(?:^|[\s"'`:(])["'`]?([\w.@-]{2,64})["'`]?$/.exec(text.slice(Math.max(0, at - 66), at))?.[1]
    if (value === undefined || user === undefined) return []
    const near = text.slice(Math.max(0, at - MAX_LINE_CHARS), at)
    const before = near.slice(near.lastIndexOf("\n") + 1)
    const after = /^[^\n]*/.exec(text.slice(at, at + MAX_LINE_CHARS))![0]
    if (!LOGIN_WORDS.test(before + after) || !isSecret(value, "password", "bare")) return []
    const start = text.indexOf(value, at)
    return [{ kind: "password", start, end: start + value.length, from: at - user.length }]
  },
}
