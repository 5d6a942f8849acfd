import { describe, expect, test } from "vitest"
import { addToTurn, isUnfinished, newTurn, summarizeTurn } from "../../../src/render/site/prompt-summary.ts"
import type { UserMessage } from "../../../src/session/model.ts"
import { normalizeMessage } from "../../../src/session/normalize.ts"
import { assistant, call, user } from "../items/parts-draw.ts"

const start = Date.UTC(2026, 10, 2, 9)
const diff = (file: string, additions: number, deletions: number) => ({
  file,
  additions,
  deletions,
  status: "modified",
  patch: "",
})
const prompt = (info: object = {}) =>
  newTurn(normalizeMessage(user([{ type: "text", text: "Go" }], info)) as UserMessage)

describe("the summary of a prompt", () => {
  test("has its duration, steps and changed files", () => {
    const turn = prompt({ summary: { diffs: [diff("a", 3, 1), diff("b", 1, 0)] } })
    const parts = [
      call("read", { input: { filePath: "a" } }),
      call("bash", { input: { command: "false" }, metadata: { exit: 1 } }),
    ]
    addToTurn(turn, normalizeMessage(assistant(parts, { time: { created: start, completed: start + 252_000 } })))
    turn.isOver = true
    expect(summarizeTurn(turn)).toEqual({
      duration: "4 min 12 s",
      steps: "2 steps, 1 failed",
      files: "2 files",
      additions: 4,
      deletions: 1,
      stopped: false,
    })
  })

  test("marks an aborted answer, unless it went on", () => {
    const turn = prompt()
    const stopped = assistant([], { error: { name: "MessageAbortedError", data: { message: "" } } })
    addToTurn(turn, normalizeMessage(stopped))
    turn.isOver = true
    expect(summarizeTurn(turn)).toMatchObject({ stopped: true })
    addToTurn(turn, normalizeMessage(assistant([])))
    expect(summarizeTurn(turn)).toBeUndefined()
  })

  test("is undefined before the turn is over", () => {
    const turn = prompt({ summary: { diffs: [diff("a", 3, 1)] } })
    expect(summarizeTurn(turn)).toBeUndefined()
  })
})

describe("a session is unfinished", () => {
  const last = (message: object) => isUnfinished(normalizeMessage(message))
  test("while an answer is awaited, written, or about to use a tool's result", () => {
    expect(last(user([{ type: "text", text: "Go" }]))).toBe(true)
    expect(last(assistant([]))).toBe(true)
    expect(last(assistant([], { finish: "tool-calls", time: { created: start, completed: start + 1 } }))).toBe(true)
  })

  test("but not after an answer, an error, or without messages", () => {
    expect(last(assistant([], { finish: "stop", time: { created: start, completed: start + 1 } }))).toBe(false)
    expect(last(assistant([], { error: { name: "APIError", data: { message: "no" } } }))).toBe(false)
    expect(isUnfinished(undefined)).toBe(false)
  })
})
