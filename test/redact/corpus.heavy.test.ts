import { expect, test } from "vitest"
import { disguises, filesOf, places, readable, sessionOf } from "./corpus.ts"
import { lookAlikes, plantedSecrets, seedSecrets } from "./secrets.ts"

const isFull = process.env["REDACT_FULL"] !== undefined
const seed = Number(process.env["PROPERTY_SEED"])

interface Expected {
  where: string
  secrets: string[]
}

test.each(Object.keys(disguises))(
  "no file of a share has a secret of any kind in any place: %s",
  async (disguise) => {
    seedSecrets(Object.keys(disguises).indexOf(disguise))
    const expected: Expected[] = []
    const messages: object[] = []
    const child: object[] = []
    for (const [at, [place, message]] of Object.entries(places).entries())
      for (const [kind, planted] of plantedSecrets().entries()) {
        // Each run takes another third of the pairs; all of them with `REDACT_FULL`.
        if (!isFull && (at + kind + seed) % 3 !== 0) continue
        expected.push({ where: `${planted.kind} in ${place}`, secrets: [planted.secret, ...(planted.also ?? [])] })
        const made = message(disguises[disguise]!(planted))
        if (messages.length % 9 === 8) child.push(made)
        messages.push(made)
      }
    const titles = plantedSecrets()
    for (const { kind, secret } of titles) expected.push({ where: `${kind} in the title`, secrets: [secret] })
    const title = titles.map((planted) => disguises[disguise]!(planted)).join("\n")
    const files = await filesOf(sessionOf(messages, title, child))

    expect(files.size).toBeGreaterThan(4)
    const all = [...files.values()].map(readable).join("\n")
    const leaks = expected.filter(({ secrets }) => secrets.some((secret) => all.includes(secret)))
    const recall = 1 - leaks.length / expected.length
    console.log(`recall, ${disguise}: ${(recall * 100).toFixed(2)} % of ${expected.length}`)
    expect(leaks.map(({ where }) => where)).toEqual([])
  },
  120_000,
)

test("false positives are kept everywhere", async () => {
  const messages = Object.values(places).flatMap((message) => lookAlikes.map((text) => message(text)))
  const lost = new Set<string>()
  for await (const { text, file } of pairs(messages))
    if (!file.includes(JSON.stringify(text).slice(1, -1))) lost.add(text)
  const precision = 1 - lost.size / lookAlikes.length
  console.log(`look-alikes kept: ${(precision * 100).toFixed(2)} % of ${lookAlikes.length}`)
  expect([...lost]).toEqual([])
}, 60_000)

async function* pairs(messages: object[]) {
  const files = await filesOf(sessionOf(messages))
  const file = files.get("session.json")!
  expect(file).not.toContain("[redacted: ")
  for (const text of lookAlikes) yield { text, file }
}
