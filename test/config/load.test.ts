import path from "node:path"
import { describe, expect, test } from "vitest"
import { loadSettings } from "../../src/config/load.ts"
import { parseSettings } from "../../src/config/parse-settings.ts"
import { settingNames } from "../../src/config/schema.ts"
import { misspeltVariables, variableOf } from "../../src/lib/variables.ts"
import { serverSettingsSchema } from "../../src/share-server/settings.ts"
import { ownWorld } from "../support/world.ts"

const config = (options: object, name = "opencode-bucket") => ({ plugin: ["another", [name, options]] })
const USER = ".config/opencode/opencode.json"
const PROJECT = "src/project/opencode.json"

test("without settings, shares go to a folder in the user's data directory", () => {
  const world = ownWorld()
  const to = path.join(world.home, ".local", "share", "opencode-bucket", "shares")
  expect(loadSettings({}, world)).toMatchObject({
    destination: { to },
    isDefault: true,
    projectFile: undefined,
    origins: {},
  })
})

test("flags override variables, variables the project's files, and these the user's files", () => {
  const world = ownWorld({ OPENCODE_BUCKET_REGION: "from-variable", OPENCODE_BUCKET_PROFILE: "from-variable" })
  world.write(
    USER,
    config({ to: "s3://user", endpoint: "https://user.example", region: "from-user", profile: "from-user" }),
  )
  world.write(PROJECT, config({ to: "s3://project", region: "from-project" }))
  expect(loadSettings({ profile: "from-flag" }, world).destination).toEqual({
    to: "s3://project",
    endpoint: "https://user.example",
    region: "from-variable",
    profile: "from-flag",
  })
})

test("every setting has a variable", () => {
  const world = ownWorld({
    OPENCODE_BUCKET_TO: "s3://bucket/folder",
    OPENCODE_BUCKET_ENDPOINT: "http://127.0.0.1:9000/",
    OPENCODE_BUCKET_PATH_STYLE: "false",
    OPENCODE_BUCKET_PUBLIC_URL: "https://shares.example/base/",
  })
  expect(loadSettings({}, world).destination).toEqual({
    to: "s3://bucket/folder",
    endpoint: "http://127.0.0.1:9000",
    pathStyle: false,
    publicUrl: "https://shares.example/base",
  })
})

test("a public URL is dropped when another source sets the bucket", () => {
  const world = ownWorld()
  world.write(USER, config({ to: "s3://one", publicUrl: "https://one.example" }))
  expect(loadSettings({ to: "s3://two" }, world).destination).toEqual({ to: "s3://two" })
  expect(loadSettings({ region: "eu" }, world).destination).toMatchObject({ publicUrl: "https://one.example" })
})

test("a folder is relative to the file that names it, and ~ is the home folder", () => {
  const world = ownWorld()
  world.write(USER, config({ to: "../shares" }))
  expect(loadSettings({}, world).destination.to).toBe(path.join(world.home, ".config", "shares"))
  expect(loadSettings({ to: "./out" }, world).destination.to).toBe(path.join(world.cwd, "out"))
  expect(loadSettings({ to: "~/out" }, world).destination.to).toBe(path.join(world.home, "out"))
})

test.each([
  ["to", { to: "s3://theirs" }],
  ["endpoint", { endpoint: "https://theirs.example" }],
  ["publicUrl", { publicUrl: "https://theirs.example" }],
])("a project's file that sets %s is named for confirmation", (_, options) => {
  const world = ownWorld()
  world.write(USER, config({ to: "s3://mine" }))
  const file = world.write(PROJECT, config(options))
  expect(loadSettings({}, world).projectFile).toBe(file)
})

test("a project's destination needs no confirmation when a flag overrides it", () => {
  const world = ownWorld()
  world.write(PROJECT, config({ to: "s3://theirs" }))
  expect(loadSettings({ to: "s3://mine" }, world).projectFile).toBeUndefined()
})

test("the plugin may be named with a version or by its folder", () => {
  const world = ownWorld()
  world.write("checkout/package.json", { name: "opencode-bucket" })
  world.write(USER, config({ to: "s3://versioned" }, "opencode-bucket@1.2.3"))
  expect(loadSettings({}, world).destination.to).toBe("s3://versioned")
  world.write(USER, config({ to: "s3://folder" }, `file://${world.home}/checkout`))
  expect(loadSettings({}, world).destination.to).toBe("s3://folder")
  world.write("other/package.json", { name: "something-else" })
  world.write(USER, config({ to: "s3://other" }, `file://${world.home}/other`))
  expect(loadSettings({}, world).isDefault).toBe(true)
})

test("{env:NAME} is substituted in the user's files and refused in a project's", () => {
  const world = ownWorld({ TEAM: "red" })
  world.write(USER, config({ to: "s3://team-{env:TEAM}" }))
  expect(loadSettings({}, world).destination.to).toBe("s3://team-red")
  world.write(PROJECT, config({ publicUrl: "https://x.example/{env:TEAM}" }))
  expect(() => loadSettings({}, world)).toThrow(/"publicUrl" in .*opencode.json uses \{env:…\}/)
})

test.each([
  [{ to: 7 }, '"to" in here must be a string.'],
  [{ endpoint: "minio.example" }, '"endpoint" in here must be an http(s) URL.'],
  [{ endpoint: "javascript:alert(1)" }, '"endpoint" in here must be an http(s) URL.'],
  [{ pathStyle: "maybe" }, '"pathStyle" in here must be a boolean.'],
  [{ bucket: "b" }, '"bucket" in here is not a known setting.'],
])("%o is refused with a clear message", (given, message) => {
  expect(() => parseSettings(given, "here")).toThrow(expect.objectContaining({ code: "bad-settings", message }))
})

test("all invalid settings are reported at once: keys of every file, variables, and suggestions for misspelt names", () => {
  const world = ownWorld({ OPENCODE_BUCKET_EXPIRES: "soon", OPENCODE_BUCKET_REGOIN: "eu", OPENCODE_BUCKET_OTHER: "x" })
  const file = world.write(
    USER,
    config({ to: 7, endpiont: "https://x.example", redact: { refuse: "yes", patterns: 1 } }),
  )
  const message = [
    `"to" in ${file} must be a string.`,
    `"redact.patterns" in ${file} must be an array.`,
    `"redact.refuse" in ${file} must be a boolean.`,
    `"endpiont" in ${file} is not a known setting; did you mean "endpoint"?`,
    '"expires" in the environment must be a duration in hours, days or weeks, such as 12h, 7d or 8w, or never.',
    "OPENCODE_BUCKET_REGOIN is not a known variable; did you mean OPENCODE_BUCKET_REGION?",
  ].join(" ")
  expect(() => loadSettings({}, world)).toThrow(expect.objectContaining({ code: "bad-settings", message }))
})

test("variables of the share server are not reported as misspelt variables of the command, nor the reverse", () => {
  const serverNames = Object.keys(serverSettingsSchema.shape)
  const all = [...new Set([...serverNames, ...settingNames, "token", "server"])]
  const env = Object.fromEntries(all.map((name) => [variableOf(name), "x"]))
  expect(misspeltVariables(env, settingNames, ["token", "server"])).toEqual([])
  expect(misspeltVariables(env, serverNames, ["token", "server", "confirm"])).toEqual([])
})

describe("lifetime of shares", () => {
  const entry = (expires: string) => ({ plugin: [["opencode-bucket", { expires }]] })

  test.each([
    ["30d", "7d", "7d"],
    ["7d", "30d", "7d"],
    ["7d", "never", "7d"],
    ["never", "8w", "8w"],
  ])("user setting %s and project setting %s give %s", (mine, theirs, expected) => {
    const world = ownWorld()
    world.write(".config/opencode/opencode.json", entry(mine))
    world.write("src/project/opencode.json", entry(theirs))
    expect(loadSettings({}, world).expires).toBe(expected)
  })

  test("a variable and a flag may extend the lifetime", () => {
    const world = ownWorld({ OPENCODE_BUCKET_EXPIRES: "8w" })
    world.write("src/project/opencode.json", entry("7d"))
    expect(loadSettings({}, world).expires).toBe("8w")
  })
})

test("each setting reports its source, and a public URL of another bucket is dropped", () => {
  const world = ownWorld({ OPENCODE_BUCKET_REGION: "eu-central-1" })
  const options = { to: "s3://mine", publicUrl: "https://mine.example", endpoint: "https://s3.example" }
  const file = world.write(".config/opencode/opencode.json", { plugin: [["opencode-bucket", options]] })
  expect(loadSettings({}, world).origins).toEqual({
    ...{ to: file, publicUrl: file, endpoint: file },
    region: "OPENCODE_BUCKET_REGION",
  })
  expect(loadSettings({ to: "s3://another" }, world).origins).toEqual({
    ...{ to: "flag", endpoint: file },
    region: "OPENCODE_BUCKET_REGION",
  })
})

test("a project's file can make redaction stricter, but can neither run a program nor allow a secret", () => {
  const world = ownWorld()
  world.write(USER, config({ redact: { command: ["scan", "--json"], allow: ["mine"] } }))
  world.write(PROJECT, config({ redact: { refuse: true, patterns: ["theirs"], allow: ["theirs"] } }))
  expect(loadSettings({}, world).redact).toMatchObject({
    command: ["scan", "--json"],
    refuse: true,
    patterns: ["theirs"],
    allow: ["mine"],
  })
  world.write(PROJECT, config({ redact: { command: ["evil"] } }))
  expect(() => loadSettings({}, world)).toThrow(/"redact.command" in .*project.* would run a program/)
  world.write(PROJECT, config({ redact: { refuse: false } }))
  world.write(USER, config({ redact: { refuse: true } }))
  expect(loadSettings({}, world).redact).toMatchObject({ refuse: true })
})
