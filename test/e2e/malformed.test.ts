import { once } from "node:events"
import { createWriteStream, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

const whole = readFileSync(fixture("all-tools"))
const session = JSON.parse(whole.toString())
const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
const message = { info: { id: "msg_1", role: "user" }, parts: [{ id: "prt_1", type: "text", text: "Hello there" }] }
const circle = { info: { id: "ses_1", parentID: "ses_1" }, messages: [message, message] }

const refused: [string, string | Uint8Array, RegExp][] = [
  ["cut off in the middle", whole.subarray(0, whole.length >> 1), /ends in the middle of its JSON: it was cut off/],
  ["cut off at its end", whole.toString().trimEnd().slice(0, -1), /cut off/],
  ["nested without end", deep, /not an OpenCode session/],
  ["of the wrong types", JSON.stringify({ info: [], messages: {} }), /not an OpenCode session/],
  ["without messages", JSON.stringify({ info: session.info, messages: [] }), /no messages/],
  ["of zeros", Buffer.alloc(1_000), /not JSON|empty/],
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

describe("the command, given an export", () => {
  test.each(refused)("%s, says so in one sentence", async (_, content, expected) => {
    const { run, file } = ownHome()
    writeFileSync(file("talk.json"), content)
    const { status, stdout, stderr } = await run(["share", file("talk.json"), "--yes"])
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(expected)
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test.each(shown)("%s, shows the rest of it", async (_, content) => {
    const { run, file } = ownHome()
    writeFileSync(file("talk.json"), content)
    const { status, stdout, stderr } = await run(["share", file("talk.json"), "--yes"])
    expect(status, stderr).toBe(0)
    expect(readFileSync(fileURLToPath(stdout.trim()), "utf8")).toContain("Hello there")
  })

  test("of 100 MB, shows the beginning and the end of what is long and keeps all of it", async () => {
    const { run, file } = ownHome()
    const output = createWriteStream(file("talk.json"))
    output.write(
      `{"info":{"id":"ses_1"},"messages":[{"info":{"id":"msg_1","role":"assistant"},"parts":[{"type":"text","text":"`,
    )
    for (let i = 0; i < 100; i++) if (!output.write("x <b> y ".repeat(125_000))) await once(output, "drain")
    output.end('"},{"type":"text","text":"The end."}]}]}')
    await once(output, "close")
    const { status, stdout, stderr } = await run(["share", file("talk.json"), "--yes"])
    expect(status, stderr).toBe(0)
    const page = readFileSync(fileURLToPath(stdout.trim()), "utf8")
    expect(page).toContain("The end.")
    expect(page.length).toBeLessThan(300_000)
    const [, name] = /href="(files\/[0-9a-f]{32}\.txt)"/.exec(page)!
    expect(readFileSync(path.join(path.dirname(fileURLToPath(stdout.trim())), name!))).toHaveLength(100_000_000)
  })
})
