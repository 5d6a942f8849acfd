import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

const whole = readFileSync(fixture("all-tools"))
const session = JSON.parse(whole.toString())
const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
const message = { info: { id: "msg_1", role: "user" }, parts: [{ id: "prt_1", type: "text", text: "Hello there" }] }
const circle = { info: { id: "ses_1", parentID: "ses_1" }, messages: [message, message] }

const refused: [string, string | Uint8Array, RegExp][] = [
  ["truncated in the middle", whole.subarray(0, whole.length >> 1), /ends in the middle of its JSON: it is truncated/],
  ["truncated at its end", whole.toString().trimEnd().slice(0, -1), /truncated/],
  ["nested without end", deep, /not an OpenCode session/],
  ["of the wrong types", JSON.stringify({ info: [], messages: {} }), /not an OpenCode session/],
  ["without messages", JSON.stringify({ info: session.info, messages: [] }), /no messages/],
  ["of zeros", Buffer.alloc(1_000), /not valid JSON|empty/],
]

const shown: [string, string][] = [
  [
    "whose parts nest without end",
    JSON.stringify({ info: session.info, messages: [message, { info: 1, parts: "DEEP" }] }).replace('"DEEP"', deep),
  ],
  [
    "whose messages are of all types",
    JSON.stringify({ info: session.info, messages: [null, 1, "x", [], {}, message] }),
  ],
  ["that has itself as a child", JSON.stringify({ ...circle, children: [{ ...circle, children: [circle] }, circle] })],
  [
    "with lone surrogates",
    JSON.stringify({ info: { id: "ses_1", title: "\ud800" }, messages: [message] }).replace("there", "there \\udfff"),
  ],
]

describe("the command with an export", () => {
  test.each(refused)("%s reports one sentence", async (_, content, expected) => {
    const { run, file } = ownHome()
    writeFileSync(file("talk.json"), content)
    const { status, stdout, stderr } = await run(["share", file("talk.json"), "--yes"])
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(expected)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test.each(shown)("%s shows the rest", async (_, content) => {
    const { run, file } = ownHome()
    writeFileSync(file("talk.json"), content)
    const { status, stdout, stderr } = await run(["share", file("talk.json"), "--yes"])
    expect(status, stderr).toBe(0)
    expect(readFileSync(fileURLToPath(stdout.trim()), "utf8")).toContain("Hello there")
  })
})
