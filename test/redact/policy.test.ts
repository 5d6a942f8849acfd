import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { redact } from "../../src/redact/redact.ts"
import { findSuspects } from "../../src/redact/suspects.ts"
import { type PrepareOptions, prepare } from "../../src/share/prepare.ts"
import { all } from "../support/record.ts"
import { redactTexts } from "./corpus/recall.ts"
import { person, places, sessionOf } from "./corpus.ts"
import { random } from "./secrets.ts"

const say = (text: string) => places["prompt"]!(text)

async function preparedTexts(texts: string[], options: PrepareOptions["redact"]): Promise<string> {
  const { session } = await prepare(sessionOf(texts.map(say)), { redact: { person, ...options } })
  return JSON.stringify(await all(session.messages()))
}

/** A scanner that runs a script with the path of the file as `file`. */
const scanner = (script: string) => [process.execPath, "-e", `const file = process.argv[1]; ${script}`]

describe("a scanner of the user's own", () => {
  test("finds what no rule finds, in all messages", async () => {
    const script = `const text = require("fs").readFileSync(file, "utf8")
      console.log(JSON.stringify([...text.matchAll(/heron \\w+/g)].map(([secret]) => ({ secret, kind: "code name" }))))`
    const seen = await preparedTexts(["a heron alpha", "the heron beta of it"], { command: scanner(script) })
    expect(seen).toContain("a [redacted: code name #1]")
    expect(seen).toContain("the [redacted: code name #2] of it")
  })

  test.each([
    ["ends with a status", scanner("process.exit(3)"), "ended with status 3"],
    ["answers with no JSON", scanner("console.log('fine')"), "did not answer with a JSON array"],
    ["answers with an object", scanner("console.log('{}')"), "did not answer with a JSON array"],
    ["answers with other findings", scanner("console.log('[{}]')"), 'a finding without "secret"'],
    ["does not exist", ["/nowhere/scanner"], "could not be started"],
  ])("stops the share if it %s", async (_, command, why) => {
    await expect(preparedTexts(["a"], { command })).rejects.toMatchObject({
      code: "bad-settings",
      message: expect.stringContaining(why),
    })
  })
})

test("redact.refuse stops instead of redacting, and lists what was found", async () => {
  const key = random(32)
  await expect(preparedTexts([`API_KEY=${key}`], { refuse: true })).rejects.toMatchObject({
    code: "bad-input",
    message: expect.stringMatching(/redact\.refuse is set: key/),
  })
  expect(await preparedTexts(["nothing here"], { refuse: true })).toContain("nothing here")
})

test("a session cannot write our marks", async () => {
  const bracket = fc.constantFrom("[", "\\[", "&#91;", "&#x5b;", "&lbrack;", "[\u200b", "[ ", "[**")
  const word = fc.constantFrom("redacted", "Redacted", "r\u00adedacted")
  const label = fc.constantFrom("github token #1", "password #2", "x")
  await fc.assert(
    fc.asyncProperty(bracket, word, label, async (open, name, rest) => {
      const [seen] = await redactTexts([`see ${open}${name}: ${rest}] and \`${open}${name}: ${rest}]\``])
      expect(seen).not.toMatch(/(?:\[|&#91;|&#x5b;|&lbrack;)[\s\\*\u200b]*r\u00ad?edacted/i)
      expect(seen).toContain(rest)
    }),
  )
})

test("marks of an earlier redaction stay", async () => {
  const { record } = await redact(sessionOf([say(`API_KEY=${random(32)}`)]), { person })
  const again = await redact(record, { person, hasOwnMarks: true })
  expect(JSON.stringify(await all(again.record.messages()))).toContain("API_KEY=[redacted: key #1]")
})

test("made-up secrets are counted and stay", async () => {
  const texts = ["password: hunter2", "API_KEY=your_api_key_here", `ghp${"_"}0123456789abcdefghijklmnopqrstuvwxyz`]
  const { record, placeholders, found } = await redact(sessionOf(texts.map(say)), { person })
  expect({ placeholders, found }).toEqual({ placeholders: 3, found: [] })
  expect(JSON.stringify(await all(record.messages()))).toContain("hunter2")
})

test("near misses have the randomness of a key and no telling name", async () => {
  const word = `q${random(30)}Z7`
  const { record } = await redact(sessionOf([say(`see ${word} and src/render/html/safe-html.ts`)]), { person })
  expect(await findSuspects(record)).toEqual([word])
})
