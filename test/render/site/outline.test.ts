import { expect, test } from "vitest"
import { failuresOf, outlineOf, partLinks } from "../../../src/render/site/outline.ts"
import type { PageItem, PartLink } from "../../../src/render/view.ts"

const prompt = (number: number): PageItem => ({
  kind: "prompt",
  anchor: `msg_${number}`,
  moment: { since: "0:01", at: "" },
  number,
  label: `Do ${number}`,
  long: false,
  body: [],

  summary: undefined,
  attachments: [],
  hidden: [],
})
const part = (number: number): PartLink => ({ href: `${number}.html`, number, prompts: undefined })

test("the outline lists a bounded number of prompts", () => {
  expect(outlineOf([prompt(0), prompt(3)])).toEqual([
    { href: "#msg_3", number: 3, label: "Do 3", since: "0:01", summary: undefined },
  ])
  expect(outlineOf(Array.from({ length: 1000 }, (_, i) => prompt(i + 1)))).toHaveLength(100)
})

test("failures are bounded, and the others counted", () => {
  const note = (i: number): PageItem => ({
    kind: "note",
    anchor: `m${i}`,
    moment: undefined,
    tone: "bad",
    title: "Stopped",
    text: "",
  })
  const { failures, moreFailures } = failuresOf(Array.from({ length: 20 }, (_, i) => note(i)))
  expect(failures[0]).toEqual({ href: "#m0", since: "", label: "Stopped" })
  expect([failures.length, moreFailures]).toEqual([12, 8])
})

test("of many parts, the first, the last and some between are linked", () => {
  expect(partLinks([part(2), part(3)])).toHaveLength(2)
  const links = partLinks(Array.from({ length: 5000 }, (_, i) => part(i + 2)))
  expect(links.length).toBeLessThanOrEqual(24)
  expect([links[0]!.number, links.at(-1)!.number]).toEqual([2, 5001])
})
