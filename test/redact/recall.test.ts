import { expect, test } from "vitest"
import { SOURCES } from "../../src/redact/rules/kind-table.ts"
import { kinds } from "../../src/redact/rules/kinds.ts"
import { commandCases, generators, notationCases, outputCases, proseCases, tokenCases } from "./corpus/cases.ts"
import { lookAlikesByKind } from "./corpus/look-alikes.ts"
import { type Case, missedOf, redactTexts, report } from "./corpus/recall.ts"
import { seedSecrets } from "./secrets.ts"

// New values in every run: the seed is that of the property tests, which the run prints.
const seed = Number(process.env["PROPERTY_SEED"])
/** Values per kind of token, and per notation, command and sentence, which are fewer. `RECALL_EACH` takes more. */
const each = Number(process.env["RECALL_EACH"] ?? 2)
const eachOfPlace = 3 * each

/** Least share that has to be found of everything, of tokens of services, and of the cases of one place. */
const LEAST_RECALL = 0.97
const LEAST_TOKEN_RECALL = 0.95
const LEAST_RECALL_OF_PLACE = 0.93
const MOST_LOST = 0.01

test("secrets of every kind are found in every notation, command, output and sentence", async () => {
  seedSecrets(seed)
  const tokens = tokenCases(each)
  const places = [notationCases, commandCases, outputCases, proseCases].flatMap((casesOf) => casesOf(eachOfPlace))
  const cases = [...places, ...tokens]
  const missed = await missedOf(cases)
  console.log(report(`recall, seed ${seed}`, cases, missed))
  const examples = missed.map((one) => `${one.name}: ${one.seen}`).join("\n")
  const recallOf = (group?: string) => {
    const isOf = (one: Case) => group === undefined || one.group === group
    return 1 - missed.filter(isOf).length / cases.filter(isOf).length
  }
  expect(recallOf(), examples).toBeGreaterThanOrEqual(LEAST_RECALL)
  expect(recallOf("provider tokens"), examples).toBeGreaterThanOrEqual(LEAST_TOKEN_RECALL)
  for (const group of new Set(cases.map((one) => one.group)))
    expect(recallOf(group), examples).toBeGreaterThanOrEqual(LEAST_RECALL_OF_PLACE)
})

test("look-alikes are kept", async () => {
  seedSecrets(seed)
  const all = Object.entries(lookAlikesByKind).flatMap(([kind, make]) =>
    Array.from({ length: 2 * each }, () => ({ kind, text: make() })),
  )
  const seen = await redactTexts(all.map(({ text }) => text))
  const lost = all.flatMap(({ kind, text }, at) => (seen[at] === text ? [] : [`${kind}: ${text} → ${seen[at]}`]))
  console.log(`look-alikes lost, seed ${seed}: ${lost.length} of ${all.length}`)
  expect(lost.length / all.length, lost.join("\n")).toBeLessThanOrEqual(MOST_LOST)
})

test("every kind in the table has a generator, and every generator a kind", () => {
  for (const [, , source] of kinds) expect(SOURCES).toHaveProperty(source)
  const names = kinds.map(([name]) => name)
  expect(names.length).toBeGreaterThanOrEqual(250)
  expect(new Set(names).size).toBe(names.length)
  expect(Object.keys(generators).toSorted()).toEqual(names.toSorted())
})
