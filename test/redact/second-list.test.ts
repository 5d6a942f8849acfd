import { expect, test } from "vitest"
import { redact } from "../../src/redact/redact.ts"
import { person, places, sessionOf } from "./corpus.ts"
import { bareTokens, carriers } from "./second-list/bare-tokens.ts"
import { inCodeAndProse } from "./second-list/in-code-and-prose.ts"
import { inCommands } from "./second-list/in-commands.ts"
import { inFiles } from "./second-list/in-files.ts"
import { inOutputs } from "./second-list/in-outputs.ts"
import { lookAlikes } from "./second-list/look-alikes.ts"
import { type Planted, secret, secretsIn, unmarked } from "./second-list/planted.ts"
import { pick, seedValues } from "./second-list/values.ts"

// The list was written from what services and the public rule sets say, without the rules: whoever changes a rule
// leaves the list as it is, and whoever adds to the list has not read the rule.

const seed = Number(process.env["PROPERTY_SEED"])
/** Times that the list is made, with other values. `RECALL_EACH` takes more. */
const each = Number(process.env["RECALL_EACH"] ?? 3)
const LEAST_RECALL = 0.97
const LEAST_TOKEN_RECALL = 0.95
const MOST_LOST = 0.01

const printedBy = ({ command, text }: Planted) => {
  if (command === undefined) return places["prompt"]!(text)
  const state = { input: { command }, output: text, metadata: { output: text, exit: 0 } }
  const call = { id: "prt_1", type: "tool", callID: "call_1", tool: "bash" }
  const done = { status: "completed", title: "", time: { start: 1, end: 2 }, ...state }
  return { info: { id: "msg_a", role: "assistant", time: { created: 1 } }, parts: [{ ...call, state: done }] }
}

/** What remains of the text of each, redacted in a session of its own. */
const redacted = (all: Planted[]) =>
  Promise.all(
    all.map(async (one) => {
      const { record } = await redact(sessionOf([printedBy({ ...one, text: unmarked(one.text) })]), { person })
      let text = ""
      for await (const message of record.messages()) {
        const [part] = (message as { parts: { text?: string; state?: { output: string } }[] }).parts
        text += part!.text ?? part!.state!.output
      }
      return text
    }),
  )

/** The share of texts of `all` with a marked value that `counts`, and how each of those came out. */
async function measure(all: Planted[], counts: (seen: string, value: string) => boolean) {
  const seen = await redacted(all)
  const counted = all.flatMap((one, at) => {
    const values = secretsIn(one.text).filter((value) => counts(seen[at]!, value))
    return values.length > 0 ? [{ ...one, values, seen: seen[at]! }] : []
  })
  const ofPlace = Object.entries(Object.groupBy(all, (one) => one.place)).map(([place, of]) => {
    return `${place}: ${counted.filter((one) => one.place === place).length} of ${of!.length}`
  })
  const examples = counted.map(
    (one) => `${one.place}: ${one.values[0]} in ${one.command ?? ""} ${one.seen.slice(0, 300)}`,
  )
  return {
    share: counted.length / all.length,
    texts: all.length,
    ofPlace: ofPlace.join("; "),
    examples: examples.join("\n"),
  }
}

const isLeft = (seen: string, value: string) => seen.includes(value)
const isLost = (seen: string, value: string) => !seen.includes(value)
const timesEach = (make: () => Planted[]) => Array.from({ length: each }, make).flat()

test("secrets of a list that was written without the rules are found", async () => {
  seedValues(seed)
  const all = timesEach(() => [...inFiles(), ...inCommands(), ...inOutputs(), ...inCodeAndProse()])
  const { share, texts, ofPlace, examples } = await measure(all, isLeft)
  console.log(`second list, missed, seed ${seed}: ${(100 * share).toFixed(1)} % of ${texts}\n${ofPlace}`)
  expect(texts).toBeGreaterThanOrEqual(150)
  expect(1 - share, examples).toBeGreaterThanOrEqual(LEAST_RECALL)
})

test("tokens of a list that was written without the rules are found where no name is near", async () => {
  seedValues(seed)
  const all = timesEach(() =>
    Object.entries(bareTokens).map(([place, token]) => ({
      place,
      text: pick(Object.values(carriers))(secret(token())),
    })),
  )
  const { share, texts, examples } = await measure(all, isLeft)
  console.log(`second list, tokens missed, seed ${seed}: ${(100 * share).toFixed(1)} % of ${texts}`)
  expect(1 - share, examples).toBeGreaterThanOrEqual(LEAST_TOKEN_RECALL)
})

test("look-alikes of a list that was written without the rules are kept", async () => {
  seedValues(seed)
  const { share, texts, ofPlace, examples } = await measure(timesEach(lookAlikes), isLost)
  console.log(`second list, look-alikes lost, seed ${seed}: ${(100 * share).toFixed(1)} % of ${texts}\n${ofPlace}`)
  expect(texts).toBeGreaterThanOrEqual(150)
  expect(share, examples).toBeLessThanOrEqual(MOST_LOST)
})
