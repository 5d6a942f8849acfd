import { expect, test } from "vitest"
import { escapeText, markupOf } from "../../../src/render/html/safe-html.ts"
import { collapseRuns } from "../../../src/render/items/collapsed-runs.ts"
import type { PageEntry, PageItem, StepView } from "../../../src/render/view.ts"

let made = 0
const base = () => ({ anchor: `prt_${++made}`, moment: undefined })
const step = (act: StepView["category"], more: Partial<StepView> = {}): PageItem => ({
  ...base(),
  kind: "step",
  step: {
    category: act,
    verb: act,
    folder: "src/",
    object: `${act}.ts`,
    mono: true,
    outcome: "",
    tone: "plain",
    duration: "",
    took: 100,
    slow: false,
    node: "other",
    open: false,
    blocks: [],
    ...more,
  },
})
const said = (): PageItem => ({ ...base(), kind: "prose", body: [] })
const thought = (took: number): PageItem => ({
  ...base(),
  kind: "reasoning",
  gist: "",
  body: [],
  duration: "",
  took,
})

/** Items whose markup is their kind. */
const collapse = (items: PageItem[]) => collapseRuns(items.map((item) => ({ item, markup: escapeText(item.kind) })))
const shape = (entries: PageEntry[]) =>
  entries.flatMap((entry): (string | string[])[] =>
    entry.kind === "sentence" ? [] : [entry.kind === "run" ? entry.members.map(markupOf) : markupOf(entry.markup)],
  )
const sentences = (items: PageItem[]) => collapse(items).filter(({ kind }) => kind === "sentence")

test("consecutive read-only steps become one run, with the reasoning between them", () => {
  const items = [said(), thought(10), step("read"), thought(10), step("search"), step("list"), thought(10), step("run")]
  expect(shape(collapse(items))).toEqual([
    "prose",
    "reasoning",
    ["step", "reasoning", "step", "step"],
    "reasoning",
    "step",
  ])
})

test("a single step is no run, and text ends a run", () => {
  expect(shape(collapse([step("read"), said(), step("read")]))).toEqual(["step", "prose", "step"])
})

test("a failed step is in no run", () => {
  const failed = step("read", { tone: "bad", outcome: "failed" })
  expect(shape(collapse([step("read"), failed, step("read"), step("read")]))).toEqual([
    "step",
    "step",
    ["step", "step"],
  ])
})

test("a run names the files that were read", () => {
  const [, run] = collapse([step("read"), step("read"), step("search"), step("list")])
  expect(run).toMatchObject({ kind: "run", gist: "read 2 files, searched once, listed 1 folder", steps: 4 })
})

test("steps are preceded by a summary line that links edited files and failures", () => {
  made = 0
  const work = [
    thought(11_000),
    step("read"),
    step("run", { tone: "bad", outcome: "exit 1", verb: "Ran", folder: "", object: "npm <test>" }),
    step("edit", { object: "a.ts" }),
    step("edit", { object: "a.ts" }),
    step("edit", { object: "b.ts" }),
  ]
  expect(sentences([said(), ...work])).toEqual([
    {
      kind: "sentence",
      moment: undefined,
      before: "Thought for 11.0 s, read 1 file, ran 1 command (1 failed), edited ",
      edits: [
        { href: "#prt_4", label: "a.ts" },
        { href: "#prt_6", label: "b.ts" },
      ],
      after: "",
      failures: [{ href: "#prt_3", verb: "Ran", object: "npm <test>", outcome: "exit 1" }],
    },
  ])
})

test("questions are not summarised, and there is no empty summary line", () => {
  expect(sentences([said(), step("ask"), said()])).toEqual([])
  expect(sentences([said(), thought(20), said()])).toMatchObject([{ before: "Thought", edits: [] }])
})
