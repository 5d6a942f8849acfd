import fc from "fast-check"
import { expect, test } from "vitest"
import { loadSettings } from "../../src/config/load.ts"
import { terminalText } from "../../src/lib/terminal-text.ts"
import { serverSettings } from "../../src/share-server/settings.ts"
import { runs } from "../support/property-runs.ts"
import { ownWorld } from "../support/world.ts"

const hidden = fc
  .oneof(
    fc.integer({ min: 0, max: 0x1f }),
    fc.integer({ min: 0x7f, max: 0x9f }),
    fc.integer({ min: 0x200b, max: 0x200f }),
    fc.integer({ min: 0x202a, max: 0x202e }),
    fc.integer({ min: 0x2060, max: 0x206f }),
    fc.constantFrom(0xad, 0x61c, 0x180e, 0x2028, 0x2029, 0x3164, 0xfeff, 0xfe0e, 0xe0020, 0xe007f, 0x1d173),
  )
  .map((code) => String.fromCodePoint(code))

const plain: Record<string, string> = {
  to: "s3://team-shares/folder",
  endpoint: "https://minio.corp.example/base",
  publicUrl: "https://shares.corp.example/base",
  region: "eu-central-1",
  profile: "work account",
  expires: "30d",
}
/** A setting with a hidden character somewhere in the middle, where nothing trims it. */
const setting = fc
  .record({
    name: fc.constantFrom(...Object.keys(plain)),
    character: hidden,
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ name, character, at }) => {
    const value = plain[name]!
    const cut = 1 + Math.floor(at * (value.length - 2))
    return { name, value: value.slice(0, cut) + character + value.slice(cut) }
  })

test("a setting with an invisible character is refused with its file and name, wherever it is set", () => {
  fc.assert(
    fc.property(setting, ({ name, value }) => {
      const refused = (place: string) =>
        expect.objectContaining({
          code: "bad-settings",
          message: expect.stringContaining(`"${name}" in ${place} must `),
        })
      for (const file of ["src/project/opencode.json", ".config/opencode/opencode.json"]) {
        const world = ownWorld()
        const place = world.write(file, { plugin: [["opencode-bucket", { [name]: value }]] })
        expect(() => loadSettings({}, world)).toThrow(refused(place))
      }
      const variable = `OPENCODE_BUCKET_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`
      expect(() => loadSettings({}, ownWorld({ [variable]: value }))).toThrow(refused("the environment"))
    }),
    { numRuns: runs(60) },
  )
})

test("redaction patterns may contain line breaks and tabs, but no other invisible characters", () => {
  const world = (pattern: string) => {
    const own = ownWorld()
    own.write("src/project/opencode.json", { plugin: [["opencode-bucket", { redact: { patterns: [pattern] } }]] })
    return own
  }
  expect(loadSettings({}, world("Street 1\n12345\tTown")).redact?.patterns).toEqual(["Street 1\n12345\tTown"])
  expect(() => loadSettings({}, world("a\x1b[2Jb"))).toThrow(
    /"redact.patterns.0" in .*opencode.json must not contain U\+001B/,
  )
})

test("the share server does not start with an invisible character in its settings", () => {
  fc.assert(
    fc.property(setting, ({ name, value }) => {
      const given = { ...plain, publicUrl: "https://shares.corp.example", public: "true", [name]: value }
      const env = Object.fromEntries(
        Object.entries(given).map(([key, text]) => [
          `OPENCODE_BUCKET_${key.replace(/[A-Z]/g, "_$&").toUpperCase()}`,
          text,
        ]),
      )
      expect(() => serverSettings(env)).toThrow(
        expect.objectContaining({ code: "bad-settings", message: expect.stringContaining(name) }),
      )
    }),
  )
})

test("the refusal contains no control or invisible characters", () => {
  fc.assert(
    fc.property(setting, ({ name, value }) => {
      const world = ownWorld()
      world.write("src/project/opencode.json", { plugin: [["opencode-bucket", { [`${name}${value}`]: 1 }]] })
      try {
        loadSettings({}, world)
        expect.unreachable()
      } catch (error) {
        const { message } = error as Error
        expect(terminalText(message)).toBe(message)
      }
    }),
    { numRuns: runs(30) },
  )
})
