import { mkdirSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { expect, test } from "vitest"
import { assertSharingAllowed } from "../../src/config/share-mode.ts"
import { runs } from "../support/property-runs.ts"
import { ownWorld } from "../support/world.ts"

const disabled = { share: "disabled" }
const refusal = (name: string) =>
  expect.objectContaining({ code: "sharing-disabled", message: `Sharing is disabled by ${name}.` })

test("sharing is allowed without configuration", () => {
  expect(() => assertSharingAllowed(ownWorld())).not.toThrow()
})

test.each([
  ["user-wide", ".config/opencode/opencode.json"],
  ["user-wide with comments", ".config/opencode/opencode.jsonc"],
  ["user-wide under its old name", ".config/opencode/config.json"],
  ["in the project", "src/project/opencode.json"],
  ["in the project with comments", "src/project/opencode.jsonc"],
  ["in the project's .opencode", "src/project/.opencode/opencode.json"],
])("disabled %s is found and named", (_, file) => {
  const world = ownWorld()
  const name = world.write(file, `// a comment\n${JSON.stringify(disabled)}`)
  expect(() => assertSharingAllowed(world)).toThrow(refusal(name))
})

test("disabled in a parent folder applies up to the root of the repository", () => {
  const world = ownWorld()
  const below = { ...world, cwd: path.join(world.cwd, "packages", "a") }
  mkdirSync(below.cwd, { recursive: true })
  world.write("src/opencode.json", disabled)
  expect(() => assertSharingAllowed(below)).not.toThrow()
  const name = world.write("src/project/opencode.json", disabled)
  expect(() => assertSharingAllowed(below)).toThrow(refusal(name))
})

test("disabled applies from the file of OPENCODE_CONFIG and from OPENCODE_CONFIG_CONTENT", () => {
  const world = ownWorld()
  const name = world.write("team.json", disabled)
  expect(() => assertSharingAllowed({ ...world, env: { OPENCODE_CONFIG: name } })).toThrow(refusal(name))
  const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify(disabled) }
  expect(() => assertSharingAllowed({ ...world, env })).toThrow(refusal("OPENCODE_CONFIG_CONTENT"))
})

test.each(["1", "true", "TRUE"])("OPENCODE_DISABLE_SHARE=%s", (value) => {
  expect(() => assertSharingAllowed(ownWorld({ OPENCODE_DISABLE_SHARE: value }))).toThrow(
    refusal("OPENCODE_DISABLE_SHARE"),
  )
})

const anyMode = fc.oneof(
  fc.constantFrom(
    "disabld",
    "Disabled",
    "DISABLED",
    " disabled",
    "disable",
    "off",
    "none",
    "false",
    "",
    "manual ",
    "Auto",
  ),
  fc.string(),
  fc.constantFrom(null, false, true, 0, 1, [], ["disabled"], {}, { mode: "disabled" }),
)

test("an unknown mode disables sharing in every place, and is named", () => {
  const places = [
    ".config/opencode/opencode.json",
    ".config/opencode/opencode.jsonc",
    ".config/opencode/config.json",
    ".opencode/opencode.json",
    "src/project/opencode.json",
    "src/project/.opencode/opencode.jsonc",
  ]
  fc.assert(
    fc.property(anyMode, fc.constantFrom(...places), (share, file) => {
      fc.pre(!["manual", "auto", "disabled"].includes(share as string) && !String(share).includes("{env:"))
      const world = ownWorld()
      world.write(".config/opencode/opencode.json", { share: "auto" })
      const name = world.write(file, { share })
      const off = expect.objectContaining({ code: "sharing-disabled", message: expect.stringContaining(name) })
      expect(() => assertSharingAllowed(world)).toThrow(off)
      const env = { OPENCODE_CONFIG_CONTENT: JSON.stringify({ share }) }
      expect(() => assertSharingAllowed({ ...ownWorld(), env })).toThrow(
        expect.objectContaining({
          code: "sharing-disabled",
          message: expect.stringContaining("OPENCODE_CONFIG_CONTENT"),
        }),
      )
    }),
    { numRuns: runs(60) },
  )
})

test.each(["manual", "auto"])("%s is known", (share) => {
  const world = ownWorld()
  world.write("src/project/opencode.json", { share })
  expect(() => assertSharingAllowed(world)).not.toThrow()
})

test("a variable in the mode is replaced by its value", () => {
  const world = ownWorld({ MODE: "disabled" })
  const name = world.write("src/project/opencode.json", { share: "{env:MODE}" })
  expect(() => assertSharingAllowed(world)).toThrow(refusal(name))
  expect(() => assertSharingAllowed({ ...world, env: { MODE: "manual" } })).not.toThrow()
  expect(() => assertSharingAllowed({ ...world, env: {} })).toThrow(/unknown share mode/)
})

test.each(["yes", "on", "ture", "2", "disabled"])("OPENCODE_DISABLE_SHARE=%s also disables sharing", (value) => {
  expect(() => assertSharingAllowed(ownWorld({ OPENCODE_DISABLE_SHARE: value }))).toThrow(
    `unknown share mode OPENCODE_DISABLE_SHARE=${value}`,
  )
})

test.each(["", "0", "false", "False"])("OPENCODE_DISABLE_SHARE=%s does not disable sharing", (value) => {
  expect(() => assertSharingAllowed(ownWorld({ OPENCODE_DISABLE_SHARE: value }))).not.toThrow()
})

test.each(["[]", '[{"share": "disabled"}]', '"disabled"', "null", "7"])(
  "a file that contains %s disables sharing",
  (text) => {
    const world = ownWorld()
    world.write("src/project/opencode.json", text)
    expect(() => assertSharingAllowed(world)).toThrow(/is not an OpenCode configuration/)
  },
)

test("no other file can enable sharing again", () => {
  const world = ownWorld()
  const name = world.write(".config/opencode/opencode.json", disabled)
  world.write("src/project/opencode.json", { share: "auto" })
  expect(() => assertSharingAllowed(world)).toThrow(refusal(name))
})

test("the mode of the session's folder applies, wherever the command runs", () => {
  const world = ownWorld()
  const name = world.write("other/repository/opencode.json", disabled)
  expect(() => assertSharingAllowed(world)).not.toThrow()
  expect(() => assertSharingAllowed(world, path.dirname(name))).toThrow(refusal(name))
})

test("a file that is not JSON disables sharing", () => {
  const world = ownWorld()
  world.write("src/project/opencode.json", '{\n  "share": disabled\n}')
  expect(() => assertSharingAllowed(world)).toThrow(/opencode.json is not valid JSON: InvalidSymbol on line 2/)
})

test("a folder in place of the file disables sharing", () => {
  const world = ownWorld()
  mkdirSync(path.join(world.cwd, "opencode.json"))
  expect(() => assertSharingAllowed(world)).toThrow(/cannot be read \(EISDIR\)/)
})
