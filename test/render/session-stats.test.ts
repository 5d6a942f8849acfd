import { describe, expect, test } from "vitest"
import { addChanges, changedFiles, emptyHistory } from "../../src/render/changes/change-history.ts"
import { changesHeader, changesPages } from "../../src/render/changes/changes-pages.ts"
import { addToStats, describeSteps, headerFacts, zeroStats } from "../../src/render/session-stats.ts"
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
