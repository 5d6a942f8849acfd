import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { fixture, ownHome } from "../support/run-command.ts"

const secret = `ghp_${"A1b2C3d4E5f6G7h8I9".repeat(2)}`
const session = (title: string) => ({
  info: { id: "ses_1", title, directory: "/src" },
  messages: [
    { info: { id: "msg_1", role: "user" }, parts: [{ type: "text", text: `Use ${secret}` }] },
    {
      info: { id: "msg_2", role: "assistant" },
      parts: [
        { type: "reasoning", text: "Thought aloud" },
        { type: "text", text: "An answer" },
      ],
    },
    { info: { id: "msg_3", role: "user" }, parts: [{ type: "text", text: "A second prompt" }] },
  ],
})

function homeWith(title = "Fix add()") {
  const home = ownHome()
  writeFileSync(home.file("talk.json"), JSON.stringify(session(title)))
  const run = (...args: string[]) => home.run(["export", home.file("talk.json"), ...args])
  return { ...home, export: run }
}

describe.each(["html", "md", "json"])("export --format %s", (format) => {
  test("writes a file in the current folder, named after the title, and prints its path", async () => {
    const home = homeWith()
    const { status, stdout } = await home.export("--format", format)
    const file = path.join(home.project, `fix-add.${format}`)
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${file}\n` })
    const text = readFileSync(file, "utf8")
    expect(text).toContain("An answer")
    expect(text).not.toContain(secret)
    expect(text).toContain("[redacted: github token #1]")
    expect(readdirSync(home.project).filter((name) => name !== ".git")).toEqual([`fix-add.${format}`])
  })

  test("writes the same bytes to stdout, and nothing else", async () => {
    const home = homeWith()
    const file = (await home.export("--format", format)).stdout.trim()
    expect((await home.export("--format", format, "--output", "-")).stdout).toBe(readFileSync(file, "utf8"))
  })

  test("leaves out what --omit names", async () => {
    const home = homeWith()
    const { stdout } = await home.export("--format", format, "--omit", "reasoning", "--until", "1", "--output", "-")
    expect(stdout).toContain("An answer")
    expect(stdout).not.toMatch(/Thought aloud|A second prompt/)
  })

  test("overwrites a file only with --force", async () => {
    const home = homeWith()
    const place = home.file(`kept.${format}`)
    writeFileSync(place, "mine")
    const { status, stderr, stdout } = await home.export("--format", format, "--output", place)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/already exists[\s\S]*--force/)
    expect(readFileSync(place, "utf8")).toBe("mine")
    expect((await home.export("--format", format, "--output", place, "--force")).status).toBe(0)
    expect(readFileSync(place, "utf8")).toContain("An answer")
  })
})

describe("export --format folder", () => {
  test("writes the files of a share", async () => {
    const home = ownHome()
    const { stdout } = await home.run(["export", fixture("all-tools"), "--format", "folder"])
    const folder = path.join(home.project, "main-fixture")
    expect(stdout).toBe(`${folder}\n`)
    const shared = path.dirname(fileURLToPath((await home.run(["share", fixture("all-tools")])).stdout.trim()))
    const files = (root: string) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .sort()
    expect(files(folder)).toEqual(files(shared))
    for (const name of files(folder).filter((name) => !/\.html$|manifest/.test(name)))
      expect(readFileSync(path.join(folder, name)).equals(readFileSync(path.join(shared, name))), name).toBe(true)
  })

  test("refuses a non-empty folder; with --force, other files in it are kept", async () => {
    const home = homeWith()
    const folder = home.file("kept")
    mkdirSync(folder)
    writeFileSync(path.join(folder, "mine.txt"), "mine")
    const refused = await home.export("--format", "folder", "--output", folder)
    expect(refused).toMatchObject({ status: 2, stdout: "" })
    expect(readdirSync(folder)).toEqual(["mine.txt"])
    expect((await home.export("--format", "folder", "--output", folder, "--force")).status).toBe(0)
    writeFileSync(home.file("talk.json"), JSON.stringify(session("Other")))
    expect((await home.export("--format", "folder", "--output", folder, "--force")).status).toBe(0)
    expect(readFileSync(path.join(folder, "mine.txt"), "utf8")).toBe("mine")
    expect(readFileSync(path.join(folder, "index.html"), "utf8")).toContain("<title>Other</title>")
  })

  test("cannot be written to stdout", async () => {
    expect(await homeWith().export("--format", "folder", "--output", "-")).toMatchObject({ status: 2, stdout: "" })
  })
})

test("the extension of --output selects the format, and a folder takes the file under its default name", async () => {
  const home = homeWith()
  expect(readFileSync((await home.export("--output", home.file("a.md"))).stdout.trim(), "utf8")).toMatch(
    /^# Fix add\(\)\n/,
  )
  mkdirSync(home.file("kept"))
  const { stdout } = await home.export("--output", home.file("kept"))
  expect(stdout.trim()).toBe(home.file("kept", "fix-add.html"))
})

test.each([
  ["../../../etc/x", "etc-x.html"],
  ["…", "ses_1.html"],
  ["CON", "con-.html"],
  ["Ünïcödé & co", "unicode-co.html"],
  ["a".repeat(400), `${"a".repeat(60)}.html`],
])("a title such as %j gives the file name %s and no other path", async (title, name) => {
  const home = homeWith(title)
  const { stdout } = await home.export()
  expect(stdout.trim()).toBe(path.join(home.project, name))
})

test("an unknown format is a clear error", async () => {
  const { status, stderr } = await homeWith().export("--format", "pdf")
  expect(status).toBe(2)
  expect(stderr).toMatch(/Unknown value "pdf" for --format[\s\S]*html, folder, md, json/)
})

test("a full disk fails at once and leaves nothing half-written", async () => {
  const home = homeWith()
  writeFileSync(home.file("plain"), "")
  const { status, stderr } = await home.export("--output", home.file("plain", "x.html"))
  expect(status).toBe(2)
  expect(stderr).toMatch(/cannot be written/)
  expect(existsSync(home.file("plain", "x.html"))).toBe(false)
})

test("the reader of a pipe may stop early", () => {
  const command = `"${process.execPath}" bin/opencode-bucket.js export test/fixtures/sessions/all-tools.json --output - | head -c 20`
  expect(execFileSync("bash", ["-c", command], { encoding: "utf8" })).toBe("<!DOCTYPE html><html")
})
