import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { addChanges, changedFiles, emptyHistory } from "../../src/render/changes/change-history.ts"
import { changesHeader, changesPages } from "../../src/render/changes/changes-pages.ts"
import { addToStats, describeSteps, headerFacts, type Usage, zeroStats } from "../../src/render/session-stats.ts"
import { normalizeMessage, normalizeSession } from "../../src/session/normalize.ts"
import { all, recordOf } from "../support/record.ts"
import { type Exported, exports } from "./draw.ts"
import { assistant, call } from "./items/parts-draw.ts"

async function factsOf(exported: Exported) {
  const { info, messages } = normalizeSession(recordOf(exported))
  const facts = zeroStats()
  const history = emptyHistory()
  for (const message of await all(messages())) {
    addToStats(facts, message)
    await addChanges(history, message, undefined, info.directory)
  }
  const { changes, allChanges, total } = changesHeader(changesPages(await changedFiles(history), ""), 0)
  return { facts: headerFacts(facts, info, total), done: describeSteps(facts), changes, allChanges }
}

test.each(exports)("the header of %s", async (_, exported) => {
  expect(await factsOf(exported)).toMatchSnapshot()
})

function done(...calls: object[]): string {
  const facts = zeroStats()
  addToStats(facts, normalizeMessage(assistant(calls)))
  return describeSteps(facts)
}

describe("the sentence on what was done", () => {
  const edit = (state: object = {}) =>
    call("edit", { input: { filePath: "a", oldString: "a", newString: "b" }, ...state })
  const failed = { status: "error", error: "no such text" }

  test("counts an edit that failed as a failure, not as an edit", () => {
    expect(done(edit(), edit(failed))).toBe("2 steps: edited once, failed once.")
  })

  test("counts a command that was not allowed, timed out or exited with an error as failed", () => {
    const run = (state: object) => call("bash", { input: { command: "a" }, ...state })
    expect(done(run({ metadata: { exit: 0 } }), run(failed), run({ metadata: { exit: 2 } }))).toBe(
      "3 steps: ran 3 commands (2 failed).",
    )
  })

  test("counts a call that does not exist as a failure, and a question that was dismissed as one that was asked", () => {
    const questions = [{ question: "a", options: [] }]
    expect(
      done(
        call("invalid", { input: { tool: "a", error: "b" } }),
        call("question", { status: "error", error: "The user dismissed this question", input: { questions } }),
      ),
    ).toBe("2 steps: asked once, failed once.")
  })

  test("is empty if nothing was done", () => {
    expect(done()).toBe("")
  })
})

describe("the duration and cost of a session", () => {
  const answered = (created: number, completed: number, more: object = {}) =>
    assistant([{ type: "text", text: "a" }], { time: { created, completed }, ...more })
  const value = (facts: ReturnType<typeof headerFacts>, name: string) => {
    const fact = facts.find((one) => one.name === name)
    return fact && [fact.value, fact.more]
  }
  const factsFrom = (messages: object[], below?: Usage) => {
    const stats = zeroStats()
    for (const message of messages) addToStats(stats, normalizeMessage(message))
    return headerFacts(stats, normalizeSession(recordOf({})).info, undefined, below)
  }

  test("are shown with and without subagents, and cached tokens apart", () => {
    const tokens = { input: 800, output: 100, reasoning: 50, cache: { read: 4_000_000, write: 400 } }
    const own = answered(1, 2, { cost: 0.02, tokens })
    expect(value(factsFrom([own]), "Cost")).toEqual(["$0.020", undefined])
    expect(value(factsFrom([own]), "Tokens")).toEqual(["1.20k in, 150 out", "4.00M from cache"])
    const facts = factsFrom([own], { inputTokens: 800, cachedTokens: 0, outputTokens: 50, cost: 7 })
    expect(value(facts, "Cost")).toEqual(["$0.020", "$7.02 with subagents"])
    expect(value(facts, "Tokens")![1]).toBe("4.00M from cache, with subagents 2k in, 200 out")
  })

  test("are bounded by the elapsed time, whatever ran in parallel and whatever clocks say", () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 10 ** 9 }), fc.constant(0), fc.double())
    fc.assert(
      fc.property(fc.array(fc.tuple(time, time), { maxLength: 20 }), (spans) => {
        const stats = zeroStats()
        for (const [from, to] of spans) addToStats(stats, normalizeMessage(answered(from, to)))
        const { workMs, startedAt = 0, endedAt = 0 } = stats
        const earliest = Math.min(...spans.flat().filter((one) => one > 0))
        expect(workMs).toBeGreaterThanOrEqual(0)
        if (workMs > 0) expect(workMs).toBeLessThanOrEqual(endedAt - Math.min(earliest, startedAt) + 1)
        expect(startedAt).not.toBeNaN()
      }),
    )
    const day = 24 * 3_600_000
    const pause = [answered(day, day + 5 * 60_000), answered(23 * day, 23 * day + 5 * 60_000)]
    expect(value(factsFrom(pause), "Duration")).toEqual(["22 days", "10 min 00 s at work"])
    expect(value(factsFrom([assistant([], { time: { created: 0 } }), ...pause]), "Duration")![0]).toBe("22 days")
  })
})
