import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { expect, test } from "vitest"
import { DEAD_ENDPOINT_URL } from "../../src/config/dead-endpoint.ts"
import { writeDeadEndpoint, writePluginEntry } from "../../src/config/edit-config.ts"
import { temporaryFolder } from "../support/world.ts"

function written(before: string | undefined, settings: object = { to: "s3://new" }): string {
  const file = path.join(temporaryFolder(), "config", "opencode.json")
  if (before !== undefined) {
    writePluginEntry(file, {})
    writeFileSync(file, before)
  }
  writePluginEntry(file, settings)
  return readFileSync(file, "utf8")
}

test("a missing file is created", () => {
  expect(JSON.parse(written(undefined))).toEqual({
    $schema: "https://opencode.ai/config.json",
    plugin: [["opencode-bucket", { to: "s3://new" }]],
  })
})

test("everything else in the file is kept, including comments", () => {
  const before = '{\n  // ours\n  "share": "manual", /* so */\n  "plugin": ["other", ["third", {"a": 1}]],\n}\n'
  const text = written(before)
  expect(text).toContain('// ours\n  "share": "manual", /* so */')
  expect(text.replaceAll(/\s/g, "")).toContain('["other",["third",{"a":1}],["opencode-bucket",{"to":"s3://new"}]]')
})

test.each([
  ['{"plugin": ["a", "opencode-bucket", "b"]}', ["a", ["opencode-bucket", { to: "s3://new" }], "b"]],
  ['{"plugin": [["opencode-bucket@1.2.3", {"to": "s3://old"}]]}', [["opencode-bucket@1.2.3", { to: "s3://new" }]]],
])("an existing entry is replaced: %s", (before, plugin) => {
  expect(JSON.parse(written(before)).plugin).toEqual(plugin)
})

const line = `"enterprise": { "url": "${DEAD_ENDPOINT_URL}" }`

test.each([
  ['{ "share": "auto" } // so', `{ "share": "auto", ${line} } // so`],
  ['{ "enterprise": {} }', `{ ${line} }`],
  ['{ "enterprise": null }', `{ ${line} }`],
  ['{ "enterprise": { "url": 7, "x": 1 } }', `{ "enterprise": { "url": "${DEAD_ENDPOINT_URL}", "x": 1 } }`],
])("the unreachable enterprise address is written once: %s", (before, after) => {
  const file = path.join(temporaryFolder(), "opencode.json")
  writeFileSync(file, before)
  expect(writeDeadEndpoint(file)).toBe(true)
  expect(readFileSync(file, "utf8").replaceAll(/\s/g, "")).toBe(after.replaceAll(/\s/g, ""))
  expect(writeDeadEndpoint(file)).toBe(false)
})

test.each(["https://shares.corp.example", "http://127.0.0.1:8080/ocb_x", "{env:SHARES}", ""])(
  "another address is not replaced: %j",
  (url) => {
    const file = path.join(temporaryFolder(), "opencode.json")
    const before = JSON.stringify({ enterprise: { url } })
    writeFileSync(file, before)
    expect(() => writeDeadEndpoint(file)).toThrow(/is set to share with another server/)
    expect(readFileSync(file, "utf8")).toBe(before)
  },
)

test.each(["{", "[]", '{"plugin": "opencode-bucket"}', "plugin"])(
  "a file that is not a configuration is left unchanged: %s",
  (text) => {
    const file = path.join(temporaryFolder(), "opencode.json")
    writeFileSync(file, text)
    expect(() => writePluginEntry(file, { to: "s3://new" })).toThrow(/is not a valid OpenCode configuration/)
    expect(() => writeDeadEndpoint(file)).toThrow(/is not a valid OpenCode configuration/)
    expect(readFileSync(file, "utf8")).toBe(text)
  },
)
