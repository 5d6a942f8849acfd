import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { expect, test } from "vitest"
import { findSession } from "../../src/session/find-session.ts"
import { temporaryFolder } from "../support/world.ts"

function find(argument: string | undefined, cwd = temporaryFolder()) {
  return findSession(argument, { cwd, home: cwd, env: { PATH: "" }, stdin: Readable.from(["{}"]) })
}

test("an id is read from OpenCode's database", () => {
  expect(find("ses_dfca812d1ffetfyM8r8wJI63KB").label).toBe("session ses_dfca812d1ffetfyM8r8wJI63KB")
})

test("no argument is the newest session of the project", () => {
  expect(find(undefined).label).toBe("the newest session of this project")
})

test("a dash is standard input", () => {
  expect(find("-").label).toBe("standard input")
})

test("an existing file is an export, whatever its name", () => {
  const cwd = temporaryFolder()
  for (const name of ["talk.json", "talk", "ses_1"]) {
    writeFileSync(join(cwd, name), "{}")
    expect(find(name, cwd).label).toBe(`the file ${join(cwd, name)}`)
    expect(find(join(cwd, name), "/").label).toBe(`the file ${join(cwd, name)}`)
  }
})

test("a folder counts as a path, and reading it throws", async () => {
  const cwd = temporaryFolder()
  mkdirSync(join(cwd, "talks"))
  await expect(find("talks", cwd).read(async () => {})).rejects.toMatchObject({
    message: expect.stringMatching(/is a folder/),
  })
})

test.each(["missing.json", "../talk", "./x", "a\\b", "MISSING.JSON"])("%s looks like a path", async (argument) => {
  const source = find(argument)
  expect(source.label).toMatch(/^the file /)
  await expect(source.read(async () => {})).rejects.toMatchObject({ code: "bad-input" })
})

test.each(["hello", "", "ses_", "ses_1;ls", "msg_1", "--", "https:example"])(
  "%j is refused, with a hint on what is expected",
  (argument) => {
    const expected = { code: "bad-usage", hint: expect.stringMatching(/ses_.*file.*standard input.*newest/) }
    expect(() => find(argument)).toThrow(expect.objectContaining(expected))
  },
)
