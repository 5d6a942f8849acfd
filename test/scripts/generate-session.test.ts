import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { generateSession, writeSession } from "../../scripts/generate-session.ts"
import { parseExport } from "../../src/session/parse-export.ts"
import { collect } from "../../src/store/object-store.ts"
import { temporaryFolder } from "../support/world.ts"

const messages = (count: number, seed = 1) => [...generateSession({ messages: count, seed }).messages()]

test("the same seed gives the same session, another seed another", () => {
  expect(messages(30)).toEqual(messages(30))
  expect(messages(30, 2)).not.toEqual(messages(30))
})

test("a longer session extends the shorter one", () => {
  expect(messages(40).slice(0, 39)).toEqual(messages(39))
  expect(generateSession({ messages: 40 }).info.id).toBe(generateSession({ messages: 39 }).info.id)
})

test("the file is an export that can be read", async () => {
  const file = path.join(temporaryFolder(), "session.json")
  await writeSession(file, generateSession({ messages: 25 }))
  const record = parseExport(readFileSync(file), "the file")
  expect(await collect(record.messages())).toEqual(messages(25))
})

test("hardly any code is repeated", () => {
  const blocks = messages(300).flatMap(({ parts }) =>
    parts.flatMap((part) => {
      const { state } = part as { state?: { metadata?: { display?: { text: string } } } }
      return state?.metadata?.display?.text ?? []
    }),
  )
  expect(blocks.length).toBeGreaterThan(40)
  expect(new Set(blocks).size).toBeGreaterThan(blocks.length * 0.95)
})
