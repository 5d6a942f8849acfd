import fc from "fast-check"
import { expect, test } from "vitest"
import { redact } from "../../src/redact/redact.ts"
import { trimUnfinished, trimUnfinishedText } from "../../src/session/trim-unfinished.ts"
import { disguises } from "../redact/corpus.ts"
import { plantedSecrets, seedSecrets } from "../redact/secrets.ts"
import { runs } from "../support/property-runs.ts"
import { exportedOf, recordOf } from "../support/record.ts"

seedSecrets(300)
const planted = plantedSecrets()

const person = { user: "zoe", home: "/home/zoe" }
const open = { id: "msg_a", role: "assistant", time: { created: 1 } }

/** States of a growing part with this prefix of a text. */
const growing: Record<string, (text: string) => object> = {
  text: (text) => ({ id: "prt_1", type: "text", text, time: { start: 1 } }),
  reasoning: (text) => ({ id: "prt_1", type: "reasoning", text, time: { start: 1 } }),
  "output of a tool": (text) => ({
    ...{ id: "prt_1", type: "tool", tool: "bash", callID: "c" },
    state: { status: "running", input: { command: "env" }, metadata: { output: text }, time: { start: 1 } },
  }),
  "input of a tool": (text) => ({
    ...{ id: "prt_1", type: "tool", tool: "write", callID: "c" },
    state: { status: "pending", input: { content: text }, raw: text },
  }),
}

const shownOf = async (part: object, info: object = open) => {
  const { record } = await redact(trimUnfinished(recordOf({ info: {}, messages: [{ info, parts: [part] }] })), {
    person,
  })
  return JSON.stringify((await exportedOf(record)).messages)
}

/** Whether a text contains more of a secret than the prefix that identifies its kind. */
const isIn = (secret: string, text: string) => {
  for (let at = 0; at + 12 <= secret.length; at++) if (text.includes(secret.slice(at, at + 12))) return true
  return false
}

test("no prefix of a text shows a part of a secret", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...planted),
      fc.constantFrom(...Object.values(growing)),
      fc.constantFrom("", "Here it is: ", "a\n\n", "the value\tis "),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async ({ text, secret, also = [] }, partOf, front, share) => {
        const whole = `${front}${text}`
        const shown = await shownOf(partOf(whole.slice(0, Math.ceil(whole.length * share))))
        for (const one of [secret, ...also]) expect([shown, isIn(one, shown)]).toEqual([shown, false])
      },
    ),
    { numRuns: runs(1_500) },
  )
}, 60_000)

test("a text without times is finished, and is shown completely", async () => {
  for (const type of ["text", "reasoning"])
    expect(await shownOf({ id: "prt_1", type, text: "An answer" })).toContain("An answer")
})

test("a secret split over two parts is shown in neither", async () => {
  const whole = planted.filter(({ text, secret }) => text === secret && /^[\w.-]{30,300}$/.test(secret))
  expect(whole.length).toBeGreaterThan(10)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...whole),
      fc.double({ min: 0.2, max: 0.8, noNaN: true }),
      fc.constantFrom("", " It is. "),
      async ({ secret }, share, after) => {
        const at = Math.ceil(secret.length * share)
        const parts = [
          { id: "prt_1", type: "text", text: `The key is ${secret.slice(0, at)}`, time: { start: 1, end: 2 } },
          { id: "prt_2", type: "step-start" },
          { id: "prt_3", type: "text", text: `${secret.slice(at)}${after}`, time: { start: 3, end: 4 } },
        ]
        const info = { ...open, time: { created: 1, completed: 4 } }
        const { record } = await redact(trimUnfinished(recordOf({ info: {}, messages: [{ info, parts }] })), { person })
        const shown = JSON.stringify((await exportedOf(record)).messages)
        // The prefix of a token discloses its kind only.
        const rest = secret.slice(at)
        expect([shown, isIn(secret.slice(8, at), shown) || (rest.length >= 16 && isIn(rest, shown))]).toEqual([
          shown,
          false,
        ])
      },
    ),
    { numRuns: runs(300) },
  )
})

test("adjacent words that are not a secret together are kept", async () => {
  const texts = [
    "It ends with a word",
    "Therefore goes on",
    `The key is ghp${"_"}${"a1B2c3D4e5".repeat(4)}`,
    "Thereupon it ends",
  ]
  const parts = texts.map((text, at) => ({ id: `prt_${at}`, type: "text", text, time: { start: 1, end: 2 } }))
  const { record } = await redact(recordOf({ info: {}, messages: [{ info: open, parts }] }), { person })
  const shown = JSON.stringify((await exportedOf(record)).messages)
  for (const word of ["Therefore", "Thereupon", "word"]) expect(shown).toContain(word)
})

test("lines of base64 are held back until they end", async () => {
  const encoded = Buffer.from(
    `# settings\n${disguises["as it is"]!(planted[0]!)}\nand more of it, whatever that may be\n`,
  )
    .toString("base64")
    .replace(/.{60}/g, "$&\n")
  for (let length = 0; length < encoded.length; length++)
    expect(trimUnfinishedText(`it is\n${encoded.slice(0, length)}`)).toBe("it is\n")
  expect(trimUnfinishedText(`${encoded}\nThat was it`)).toBe(`${encoded}\nThat was `)
})

const ended: [string, object, object][] = [
  ["a text with an end", { id: "p", type: "text", text: "one two", time: { start: 1, end: 2 } }, open],
  ["a message that is completed", growing["text"]!("one two"), { ...open, time: { created: 1, completed: 2 } }],
  ["a message that has failed", growing["text"]!("one two"), { ...open, error: { name: "MessageAbortedError" } }],
  ["a prompt", { id: "p", type: "text", text: "one two" }, { ...open, role: "user" }],
  [
    "a tool that has ended",
    { id: "p", type: "tool", tool: "bash", state: { status: "completed", input: {}, output: "one two" } },
    open,
  ],
]
test.each(ended)("%s is shown completely", async (_, part, info) => {
  expect(await shownOf(part, info)).toContain("one two")
})

test("input and names of a running tool are shown completely", async () => {
  const state = {
    ...{ status: "running", title: "Look around", input: { command: "ls -la", description: "List all files" } },
    metadata: { description: "List all files", sessionID: "ses_child", sessionId: "ses_child", output: "a.txt b.t" },
  }
  const shown = await shownOf({ id: "prt_1", type: "tool", tool: "bash", callID: "call_1", state })
  for (const whole of ["ls -la", "Look around", "List all files", "ses_child", "call_1"]) expect(shown).toContain(whole)
  expect(shown).toContain('"output":"a.txt "')
})

test("any message passes without an error", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), async (messages) => {
      for await (const _ of trimUnfinished(recordOf({ info: {}, messages: messages as object[] })).messages());
    }),
    { numRuns: runs(200) },
  )
})

test("the shown text is a prefix that ends at a word boundary", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", " ", "\n", "é", "=") }), (text) => {
      const shown = trimUnfinishedText(text)
      expect(text.startsWith(shown)).toBe(true)
      expect(shown === "" || /\s$/.test(shown)).toBe(true)
      expect(text.slice(shown.length)).toMatch(/^\S*$/)
    }),
  )
})
