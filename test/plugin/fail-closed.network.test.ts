import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { parse } from "jsonc-parser"
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest"
import { DEAD_ENDPOINT_URL, isDeadEndpoint } from "../../src/config/dead-endpoint.ts"
import { resolveEnterprise } from "../../src/config/enterprise.ts"
import { systemEnvironment } from "../../src/config/paths.ts"
import { failClosed } from "../../src/plugin/fail-closed.ts"
import plugin from "../../src/plugin/index.ts"
import { temporaryFolder } from "../support/world.ts"

const state = Symbol.for("opencode-bucket.content of the environment")

/** A user's folder, a project in it, and nothing remembered of another test. */
let home: string
let project: string
beforeEach(() => {
  home = temporaryFolder()
  project = path.join(home, "project")
  mkdirSync(path.join(project, ".git"), { recursive: true })
  mkdirSync(path.join(home, "opencode"))
  vi.stubEnv("XDG_CONFIG_HOME", home)
  vi.stubEnv("HOME", home)
  vi.stubEnv("OPENCODE_CONFIG_CONTENT", undefined)
  delete (globalThis as Record<symbol, unknown>)[state]
  onTestFinished(() => void vi.unstubAllEnvs())
})

const write = (config: object, file = path.join(home, "opencode", "opencode.json")) =>
  writeFileSync(file, JSON.stringify(config))
const content = () => process.env["OPENCODE_CONFIG_CONTENT"]
const resolved = () => resolveEnterprise(systemEnvironment(), project).url
const alone = { plugin: ["opencode-bucket"] }
const both = { ...alone, enterprise: { url: DEAD_ENDPOINT_URL } }

test("with both lines there is no objection, and the environment stays unchanged", () => {
  write(both)
  const guard = failClosed(project)
  guard.resolved(DEAD_ENDPOINT_URL)
  guard.close()
  expect([guard.objection(), content()]).toEqual([undefined, undefined])
})

test.each([
  "https://shares.corp.test/ocb_t0ken",
  "http://127.0.0.1:4096/x",
  "http://127.0.0.2:9/",
  "http://localhost:9/",
  "http://127.0.0.1:9@corp.test/",
  "http://user:x@127.0.0.1:90/",
  "https://127.0.0.1:9/",
  "http://127.0.0.1.corp.test:9/",
  "",
  "nonsense",
  undefined,
])("with the address %j nothing is shared, and existing shares are not sent", (url) => {
  write({ ...alone, enterprise: { url } })
  const guard = failClosed(project)
  guard.resolved(url)
  expect(guard.objection()).toMatchObject({
    code: "bad-settings",
    message: expect.stringContaining(
      path.join(home, "opencode", "opencode.json").slice(0, url === undefined ? 0 : 400),
    ),
    hint: expect.stringContaining(`"enterprise": { "url": "${DEAD_ENDPOINT_URL}" }`),
  })
  expect(JSON.stringify(guard.objection())).not.toContain("t0ken")
  expect(isDeadEndpoint(resolved())).toBe(true)
})

test("configuration that OpenCode knows beyond the files applies until the files change", () => {
  write(alone)
  const fetched = failClosed(project)
  fetched.resolved(DEAD_ENDPOINT_URL)
  expect(fetched.objection()).toBeUndefined()
  write(both)
  const profile = failClosed(project)
  profile.resolved("https://profile.corp.test/")
  expect(profile.objection()?.message).toContain("profile.corp.test")
  write({ ...both, enterprise: { url: `${DEAD_ENDPOINT_URL}/too` } })
  expect(profile.objection()).toBeUndefined()
})

test("a line removed while OpenCode runs blocks its sharing at exit; an added line enables sharing", () => {
  write(both)
  const guard = failClosed(project)
  guard.resolved(DEAD_ENDPOINT_URL)
  write(alone)
  expect(guard.objection()).toBeDefined()
  guard.close()
  expect(resolved()).toBe(DEAD_ENDPOINT_URL)
  // The environment is this guard's own doing: it is no line of the user's.
  expect(guard.objection()).toBeDefined()
  const other = failClosed(project)
  other.resolved(DEAD_ENDPOINT_URL)
  expect(other.objection()).toBeDefined()
  write(both)
  expect([guard.objection(), other.objection()]).toEqual([undefined, undefined])
})

test("an unreadable file is an objection and blocks sharing", () => {
  writeFileSync(path.join(project, "opencode.json"), "{")
  const guard = failClosed(project)
  guard.resolved(DEAD_ENDPOINT_URL)
  expect(guard.objection()?.message).toContain("cannot be read")
  expect(JSON.parse(content()!)).toEqual({ enterprise: { url: DEAD_ENDPOINT_URL } })
})

test("the content of OPENCODE_CONFIG_CONTENT is kept beside the address", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (config, isCommented) => {
      delete (globalThis as Record<symbol, unknown>)[state]
      delete config["enterprise"]
      const given = `${isCommented ? "// so\n" : ""}${JSON.stringify(config)}`
      vi.stubEnv("OPENCODE_CONFIG_CONTENT", given)
      const guard = failClosed(project)
      guard.resolved(undefined)
      expect({ ...parse(content()!) }).toEqual({ ...parse(given), enterprise: { url: DEAD_ENDPOINT_URL } })
    }),
  )
})

describe("the address that OpenCode resolves", () => {
  test.each([
    ["in a comment", '{\n  // {file:missing}\n "enterprise": { "url": "a" } }', "a"],
    ["with a trailing comma", '{ "enterprise": { "url": "a", }, }', "a"],
    ["empty", "", undefined],
    ["of another kind", '{ "enterprise": { "url": 7 } }', undefined],
    ["a variable that is not set", '{ "enterprise": { "url": "{env:NO_SUCH}b" } }', "b"],
    ["a variable that is JSON", '{ "enterprise": {env:WHOLE} }', "whole"],
  ])("%s", (_, text, url) => {
    vi.stubEnv("WHOLE", '{"url": "whole"}')
    writeFileSync(path.join(project, "opencode.jsonc"), text)
    expect(resolved()).toBe(url)
  })

  test("ignores the user's files if one does not parse, and falls back to the user's without the project's", () => {
    write(both)
    expect(resolved()).toBe(DEAD_ENDPOINT_URL)
    writeFileSync(path.join(home, "opencode", "opencode.jsonc"), '{ "enterprise": { "url": "{file:missing}" } }')
    expect(resolved()).toBeUndefined()
    write({ enterprise: { url: "b" } }, path.join(project, "opencode.json"))
    expect(resolved()).toBe("b")
    vi.stubEnv("OPENCODE_DISABLE_PROJECT_CONFIG", "1")
    expect(resolved()).toBeUndefined()
  })
})

test("a share is refused with the objection, and an existing share can still be removed", async () => {
  write(alone)
  const said: { title?: string; message: string }[] = []
  const client = {
    session: {},
    tui: { showToast: async ({ body }: { body: { title?: string; message: string } }) => void said.push(body) },
    app: { log: async () => {} },
  }
  const hooks = await plugin.server({ client: client as never, directory: project })
  const config: { enterprise?: { url?: string } } = {}
  await hooks.config(config)
  await hooks.config(config)
  const api = `${config.enterprise?.url}/api/share`
  const answer = await fetch(api, { method: "POST", body: JSON.stringify({ sessionID: "ses_1" }) })
  expect(answer.status).toBe(502)
  const { error, hint } = (await answer.json()) as { error: string; hint: string }
  expect(error).toContain("to its public service")
  expect(hint).toContain(path.join(home, "opencode", "opencode.json"))
  await vi.waitFor(() => expect(said.map(({ title }) => title)).toContain("The session was not shared"), 5_000)
  await hooks.dispose()
})
