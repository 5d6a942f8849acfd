import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createWordSearch } from "../../src/redact/marks/word-search.ts"
import { redact } from "../../src/redact/redact.ts"
import type { SecretRule } from "../../src/redact/rules/secret-rule.ts"
import { rules } from "../../src/redact/scan/rules.ts"
import { runs } from "../support/property-runs.ts"
import { recordOf } from "../support/record.ts"
import { random } from "./secrets.ts"

const seed = Number(process.env["REDACT_SEED"] ?? 1)

async function redactAll(text: string): Promise<string> {
  const options = { person: { user: "", home: "" }, emails: true }
  const { record } = await redact(recordOf({ info: {}, messages: [{ text }] }), options)
  for await (const message of record.messages()) return (message as { text: string }).text
  return ""
}

const SMALL_CHARS = 64_000
const LARGE_CHARS = 4 * SMALL_CHARS
const SLACK_MS = 300
/** Time limit: 10 µs per character, where 1 µs is usual. Catches rules that are linear only by a distant bound. */
const MAX_MS = 2_500

/** CPU time of this process in milliseconds, independent of the machine's load. */
async function work(text: string): Promise<number> {
  const before = process.cpuUsage()
  await redactAll(text)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/**
 * Whether four times the text takes about four times the time, and little of it; a quadratic rule takes sixteen times.
 * Repeated on failure, since noise only adds time.
 */
async function isLinear(unit: (length: number) => string): Promise<boolean> {
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < 5; round++) {
    small = Math.min(small, await work(unit(SMALL_CHARS)))
    large = Math.min(large, await work(unit(LARGE_CHARS)))
    if (large < 7 * small + SLACK_MS && large < MAX_MS) return true
  }
  return false
}

/** Texts around an anchor word that make its rule run as often and as far as possible. */
const before = fc.constantFrom("", "", "-", " ", "://", '"', "?", "\\n", "mysql -u", "x_", "\n")
const between = fc.constantFrom("", "=", ": ", '="', ":", " ", "\\\\", ".", "@", "-eyJ", "\x1b[")
const value = fc.oneof(
  fc.constant(""),
  fc.constant("aB3".repeat(40)),
  fc.integer({ min: 4, max: 60 }).map((length) => random(length)),
  fc.integer({ min: 4, max: 600 }).map((length) => `${random(6)}!`.repeat(length / 6)),
  fc.constant("a1B2c3D4e5f6g7h8."),
  fc.base64String({ minLength: 24, maxLength: 400 }),
)
const after = fc.constantFrom("", " ", "\n", '"', "@h", ";", "\\n", "=\n")
const casing = fc.constantFrom(
  (word: string) => word,
  (word: string) => word.toUpperCase(),
  (word: string) => word.replace(/^eyj$/, "eyJ").replace(/^aiza$/, "AIza"),
)

const repeated = (pieces: readonly string[]) => (length: number) =>
  pieces.map((piece) => piece.repeat(Math.ceil(length / pieces.length / piece.length))).join("\n")

/** Texts of the characters that a rule reads most, around its anchors, of two lengths. */
const SMALL_RULE_CHARS = 16_000
const RULE_SLACK_MS = 60

/** CPU milliseconds of a rule alone at every one of its anchors. */
function workOfRule(rule: SecretRule, text: string): number {
  const lower = text.toLowerCase()
  const before = process.cpuUsage()
  for (const anchor of rule.anchors)
    for (let at = lower.indexOf(anchor); at >= 0; at = lower.indexOf(anchor, at + 1)) rule.findAt(text, at)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function isRuleLinear(rule: SecretRule, unit: (length: number) => string): boolean {
  let [small, large] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < 4; round++) {
    small = Math.min(small, workOfRule(rule, unit(SMALL_RULE_CHARS)))
    large = Math.min(large, workOfRule(rule, unit(4 * SMALL_RULE_CHARS)))
    if (large < 7 * small + RULE_SLACK_MS) return true
  }
  return false
}

describe("the work is proportional to the text", () => {
  test("of every rule, on texts full of its anchors", () => {
    const slow = rules.filter((rule, at) => {
      const piece = fc
        .tuple(before, fc.constantFrom(...rule.anchors), casing, between, value, after)
        .map(([front, word, cased, middle, content, end]) => front + cased(word) + middle + content + end)
      const pieces = fc.sample(piece, { seed: seed + at, numRuns: 6 })
      return !isRuleLinear(rule, repeated([...pieces, rule.anchors[0]!, `-${rule.anchors.at(-1)!}`]))
    })
    expect(slow.map(({ anchors }) => anchors)).toEqual([])
  })

  const line = (text: string) => Buffer.from(text.padEnd(48)).toString("base64")
  const broken: [string, string, string][] = [
    ["beginnings of keys", "-----BEGIN PRIVATE KEY-----\nPrivate-Lines: 1\n", "\n"],
    ["ends of keys", `${"A".repeat(64)}\n-----END PRIVATE KEY-----\n`, "\n"],
    ["heads of columns", "a | password | b\n", "\n"],
    ["words of a phrase", "abandon seed phrase ", "\n"],
    ["beginnings of web keys", '{"kty": ', "}"],
    ["names without an end", "password ", "x"],
    ["outputs on one line", "$ pwgen ", "\n"],
    ["lines of a key", "Private-Lines: 9\n", "abc: d\n"],
    ["tails of keys", `[redacted: private key #1]${"+".repeat(80)}\n`, " password=hunter2-X9z"],
    ["base64 on lines that ends in no text", `${line("password: nothing to be seen here")}\n`, "\n"],
    ["base64 for addresses that ends in no text", `${line("password of somebody")}-`, "AAAA\x01"],
    ["web tokens without an end", "-eyJ", "-eyJ"],
    ["cookies", "cookie=a;", "cookie: sid=abcdefgh1;"],
    ["paths", "/home/someone/a ", "/home/other "],
  ]
  test.each(broken)("%s", async (_, unit, end) => {
    const long = (length: number) =>
      `${unit.repeat(length / unit.length)}${Buffer.alloc(48, 1).toString("base64")}${end}`
    expect(await isLinear(long)).toBe(true)
  })

  test("names of users, each with a home folder", async () => {
    const named = async (count: number) => {
      const messages = Array.from({ length: count }, (_, n) => ({ directory: `/home/user${n}abc/x`, text: "a/b/c/d" }))
      const start = process.cpuUsage()
      const { record } = await redact(recordOf({ info: {}, messages }), { person: { user: "", home: "" } })
      for await (const _ of record.messages());
      return process.cpuUsage(start).user / 1000
    }
    await named(100)
    expect(await named(8_000)).toBeLessThan(7 * (await named(2_000)) + SLACK_MS)
  })
})

describe("many secrets", () => {
  test("the anchor search finds the longest words, like a brute-force search", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "é"), maxLength: 80 })
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "é"), minLength: 1, maxLength: 14 }))
    fc.assert(
      fc.property(text, words, (text, words) => {
        const sorted = words.filter(({ length }) => length >= 2).sort((a, b) => b.length - a.length)
        const expected: object[] = []
        for (let at = 0; at < text.length; ) {
          const word = sorted.find((one) => text.startsWith(one, at))
          if (word !== undefined) expected.push({ start: at, end: at + word.length, word })
          at += word?.length ?? 1
        }
        expect(createWordSearch(words)(text)).toEqual(expected)
      }),
      { seed, numRuns: runs(2_000) },
    )
  })

  test.each([
    ["that begin alike, of all lengths", (n: number) => `same-beginning-${"xy".repeat(n % 3_000)}${n}`, 6_000],
    ["of one length", (n: number) => `ghp${"_"}${n.toString(36).padStart(36, "q8Z")}`, 300_000],
    ["that are long", (n: number) => `${"abcd".repeat(3_000)}${n}`, 300],
  ])("%s are found in a text of their prefixes", (_, wordOf, count) => {
    const words = Array.from({ length: count }, (_, n) => wordOf(n))
    const find = createWordSearch(words)
    expect(find(words.slice(0, 2_000).join(" ")).map(({ word }) => word)).toEqual(words.slice(0, 2_000))
    // Without a bound, each position takes as long as all words with its beginning.
    expect(find(words[0]!.slice(0, -1).repeat(2_000_000 / words[0]!.length)).length).toBeLessThan(2_000_000)
  })

  test("thousands of secrets in one message are all redacted", async () => {
    const keys = Array.from(
      { length: 150_000 },
      (_, n) => `AKIA${(n + 60_466_176).toString(36).toUpperCase().padStart(16, "QWERTY7")}`,
    )
    const text = await redactAll(keys.join("\n"))
    expect(text).not.toMatch(/AKIA[A-Z0-9]/)
  }, 60_000)
})
