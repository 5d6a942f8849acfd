import { execFile, execFileSync, spawn } from "node:child_process"
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs"
import net from "node:net"
import path from "node:path"
import { promisify } from "node:util"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { recordedDatabase } from "../support/opencode-database.ts"
import { fixture, ownHome } from "../support/run-command.ts"

const isRoot = process.getuid?.() === 0
const formats = ["html", "md", "json"] as const
const exporting = (home: ReturnType<typeof ownHome>, place: string, ...flags: string[]) =>
  home.run(["export", fixture("questions"), "--output", place, "--force", ...flags])
const partsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".part"))

describe.each(["md"])("export --format %s --force", (format) => {
  const expected: { text: string } = { text: "" }
  beforeAll(async () => {
    expected.text = (
      await promisify(execFile)(process.execPath, [
        "bin/opencode-bucket.js",
        ...["export", fixture("questions"), "--format", format, "--output", "-"],
      ])
    ).stdout
  })

  test("follows chains of symbolic links and replaces the file at the end", async () => {
    const home = ownHome()
    mkdirSync(home.file("site", "deep"), { recursive: true })
    mkdirSync(home.file("links"))
    const target = home.file("site", "deep", "page")
    writeFileSync(target, "old")
    chmodSync(target, 0o640)
    symlinkSync(home.file("site"), home.file("links", "folder"))
    symlinkSync("folder/deep/page", home.file("links", "one"))
    symlinkSync("./one", home.file("links", "two"))
    // Relative to where it lies, which is not where its name is.
    symlinkSync("../site/deep/page", home.file("site", "three"))
    for (const name of [
      ["links", "two"],
      ["links", "one"],
      ["links", "folder", "deep", "page"],
      ["links", "folder", "three"],
    ]) {
      writeFileSync(target, "old")
      const run = await exporting(home, home.file(...name), "--format", format)
      expect(run.status, run.stderr).toBe(0)
      expect(readFileSync(target, "utf8")).toBe(expected.text)
      expect(statSync(target).mode & 0o7777).toBe(0o640)
    }
    expect(readlinkSync(home.file("links", "two"))).toBe("./one")
    expect(readlinkSync(home.file("site", "three"))).toBe("../site/deep/page")
    expect([...partsIn(home.file("links")), ...partsIn(home.file("site", "deep"))]).toEqual([])
  })

  test("creates the missing target of a symbolic link, also without --force", async () => {
    const home = ownHome()
    mkdirSync(home.file("elsewhere"))
    symlinkSync("elsewhere/new", home.file("dangling"))
    const run = await home.run(["export", fixture("questions"), "--output", home.file("dangling"), "--format", format])
    expect(run.status, run.stderr).toBe(0)
    expect(lstatSync(home.file("dangling")).isSymbolicLink()).toBe(true)
    expect(readFileSync(home.file("elsewhere", "new"), "utf8")).toBe(expected.text)
    const again = await home.run([
      "export",
      fixture("questions"),
      "--output",
      home.file("dangling"),
      "--format",
      format,
    ])
    expect(again).toMatchObject({ status: 2, stderr: expect.stringMatching(/already exists/) })
  })

  test("writes into a FIFO and keeps it", async () => {
    const home = ownHome()
    execFileSync("mkfifo", [home.file("pipe")])
    symlinkSync("pipe", home.file("link"))
    for (const name of ["pipe", "link"]) {
      const reading = promisify(execFile)("cat", [home.file(name)])
      const run = await exporting(home, home.file(name), "--format", format)
      expect(run.status, run.stderr).toBe(0)
      expect((await reading).stdout).toBe(expected.text)
      expect(lstatSync(home.file("pipe")).isFIFO()).toBe(true)
    }
    expect(lstatSync(home.file("link")).isSymbolicLink()).toBe(true)
  })

  test.skipIf(!isRoot)("writes into a device and keeps it", async () => {
    const home = ownHome()
    for (const [name, minor] of [
      ["null", "3"],
      ["zero", "5"],
      ["full", "7"],
    ] as const)
      execFileSync("mknod", [home.file(name), "c", "1", minor])
    symlinkSync("null", home.file("link"))
    for (const name of ["null", "zero", "full", "link"]) {
      const run = await exporting(home, home.file(name), "--format", format)
      if (name !== "full") expect(run.status, run.stderr).toBe(0)
      else expect(run).toMatchObject({ status: 2, stderr: expect.stringMatching(/cannot be written \(ENOSPC\)/) })
      expect(statSync(home.file(name)).isCharacterDevice()).toBe(true)
    }
    expect(lstatSync(home.file("link")).isSymbolicLink()).toBe(true)
  })

  test("writes to /dev/fd of the shell", async () => {
    const home = ownHome()
    const command = `"${process.execPath}" bin/opencode-bucket.js export test/fixtures/sessions/questions.json --format ${format} --quiet`
    const shell = (line: string) =>
      execFileSync("bash", ["-c", line], { encoding: "utf8", env: { ...process.env, HOME: home.home } })
    expect(shell(`${command} --output /dev/stdout | cat`)).toBe(expected.text)
    writeFileSync(home.file("log"), "kept\n")
    shell(`${command} --output /dev/stdout --force >> ${home.file("log")}`)
    expect(readFileSync(home.file("log"), "utf8")).toBe(`kept\n${expected.text}`)
    shell(`${command} --output /dev/fd/7 --force 7>> ${home.file("log")}`)
    expect(readFileSync(home.file("log"), "utf8")).toBe(`kept\n${expected.text.repeat(2)}`)
    shell(`${command} --output >(cat > ${home.file("piped")}) --force; sleep 0.3; wait`)
    expect(readFileSync(home.file("piped"), "utf8")).toBe(expected.text)
  })

  test("keeps mode and owner of the replaced file, and the content of hard links", async () => {
    const home = ownHome()
    for (const mode of [0o600, 0o644, 0o660, 0o400]) {
      const file = home.file(`kept-${mode}`)
      writeFileSync(file, "old")
      linkSync(file, `${file}-too`)
      chmodSync(file, mode)
      if (isRoot) execFileSync("chown", ["1234:5678", file])
      expect((await exporting(home, file, "--format", format)).status).toBe(0)
      const { uid, gid, mode: now } = statSync(file)
      expect(now & 0o7777).toBe(mode)
      if (isRoot) expect([uid, gid]).toEqual([1234, 5678])
      expect(readFileSync(`${file}-too`, "utf8")).toBe("old")
    }
  })

  test("refuses a socket, a circular link, and a folder with the file's name", async () => {
    const home = ownHome()
    const server = net.createServer().listen(home.file("socket"))
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once("listening", resolve))
    symlinkSync("circle", home.file("circle"))
    symlinkSync("b", home.file("a"))
    symlinkSync("a", home.file("b"))
    symlinkSync("missing/x", home.file("nowhere"))
    const { title } = JSON.parse(readFileSync(fixture("questions"), "utf8")).info
    expect(title).toBeTruthy()
    mkdirSync(home.file("taken"))
    const named = path.basename((await home.run(["export", fixture("questions"), "--format", format])).stdout.trim())
    mkdirSync(home.file("taken", named))
    for (const name of ["socket", "circle", "a", "nowhere", "taken"]) {
      const run = await exporting(home, home.file(name), "--format", format)
      expect(run.status, name).toBe(2)
      expect(run.stderr).not.toMatch(/^\s+at /m)
    }
    expect(lstatSync(home.file("socket")).isSocket()).toBe(true)
    expect(["circle", "a", "b", "nowhere"].every((name) => lstatSync(home.file(name)).isSymbolicLink())).toBe(true)
    expect(readdirSync(home.file("taken", named))).toEqual([])
    expect([...partsIn(home.home), ...partsIn(home.file("taken"))]).toEqual([])
  })

  test("keeps the old file if the disk is full or the process is killed", async () => {
    const home = ownHome()
    writeFileSync(home.file("target"), "mine")
    symlinkSync("target", home.file("link"))
    const long = { info: { id: "ses_1", title: "T", directory: "/" }, messages: [message("x ".repeat(4_000_000))] }
    writeFileSync(home.file("long.json"), JSON.stringify(long))
    const command = [`"${process.execPath}"`, path.resolve("bin/opencode-bucket.js"), "export", home.file("long.json")]
    const line = [...command, "--format", format, "--output", home.file("link"), "--force"].join(" ")
    // No file can have more than 1 MB: the write in the middle is refused, as on a full disk.
    const full = await promisify(execFile)("bash", ["-c", `ulimit -f 1000; ${line}`]).catch((error) => error)
    expect(full.stderr).toMatch(/cannot be written \(EFBIG\)/)
    expect(readFileSync(home.file("link"), "utf8")).toBe("mine")
    expect(partsIn(home.home)).toEqual([])

    const child = spawn("bash", ["-c", `exec ${line}`], { stdio: "ignore" })
    const ended = new Promise((resolve) => child.once("exit", (_, signal) => resolve(signal)))
    const timer = setInterval(() => partsIn(home.home).length > 0 && child.kill("SIGKILL"), 1)
    const signal = await ended
    clearInterval(timer)
    if (signal === "SIGKILL") expect(readFileSync(home.file("link"), "utf8")).toBe("mine")
    expect(lstatSync(home.file("link")).isSymbolicLink()).toBe(true)
  })
})

test.each(formats)("export --format %s --force replaces no link, no FIFO and no file's mode", async (format) => {
  const home = ownHome()
  writeFileSync(home.file("target"), "old")
  chmodSync(home.file("target"), 0o600)
  symlinkSync("target", home.file("link"))
  execFileSync("mkfifo", [home.file("pipe")])
  expect((await exporting(home, home.file("link"), "--format", format)).status).toBe(0)
  const reading = promisify(execFile)("cat", [home.file("pipe")])
  expect((await exporting(home, home.file("pipe"), "--format", format)).status).toBe(0)
  expect((await reading).stdout).toBe(readFileSync(home.file("target"), "utf8"))
  expect(statSync(home.file("target")).mode & 0o7777).toBe(0o600)
  expect(lstatSync(home.file("link")).isSymbolicLink()).toBe(true)
  expect(lstatSync(home.file("pipe")).isFIFO()).toBe(true)
})

const message = (text: string) => ({ info: { id: "msg_1", role: "user" }, parts: [{ type: "text", text }] })

test.skipIf(!isRoot)("a terminal as output shows escaped text", async () => {
  const home = ownHome()
  // The terminal that the command runs on, by a name that it does no harm to lose.
  execFileSync("mknod", [home.file("tty"), "c", "5", "0"])
  const text = "Before\x1b[2J\u202eafter"
  writeFileSync(
    home.file("talk.json"),
    JSON.stringify({ info: { id: "ses_1", title: "T" }, messages: [message(text)] }),
  )
  const line = `"${process.execPath}" ${path.resolve("bin/opencode-bucket.js")} export ${home.file("talk.json")} --format md --force --output ${home.file("tty")}`
  const { stdout } = await promisify(execFile)("script", ["-qefc", line, "/dev/null"])
  expect(stdout).toContain("Before\\u001b[2J\\u202eafter")
  expect(lstatSync(home.file("tty")).isCharacterDevice()).toBe(true)
})

describe("export --format folder --force", () => {
  test("follows symbolic links and keeps them", async () => {
    const home = ownHome()
    mkdirSync(home.file("real", "files"), { recursive: true })
    symlinkSync("real", home.file("link"))
    symlinkSync("../index.html", home.file("real", "index.html"))
    writeFileSync(home.file("index.html"), "old")
    chmodSync(home.file("index.html"), 0o600)
    symlinkSync("../new.json", home.file("real", "session.json"))
    execFileSync("mkfifo", [home.file("real", "session.md")])
    const reading = promisify(execFile)("cat", [home.file("real", "session.md")])
    const run = await home.run([
      "export",
      fixture("all-tools"),
      "--output",
      home.file("link"),
      "--force",
      "--format",
      "folder",
    ])
    expect(run.status, run.stderr).toBe(0)
    expect((await reading).stdout).toContain("# ")
    expect(readFileSync(home.file("index.html"), "utf8")).toContain("<!DOCTYPE html>")
    expect(statSync(home.file("index.html")).mode & 0o7777).toBe(0o600)
    expect(JSON.parse(readFileSync(home.file("new.json"), "utf8")).messages.length).toBeGreaterThan(0)
    expect(lstatSync(home.file("link")).isSymbolicLink()).toBe(true)
    expect(lstatSync(home.file("real", "index.html")).isSymbolicLink()).toBe(true)
    expect(lstatSync(home.file("real", "session.md")).isFIFO()).toBe(true)
  })

  test("creates the target folder of a link, and refuses other targets", async () => {
    const home = ownHome()
    symlinkSync("later", home.file("dangling"))
    const run = (name: string) =>
      home.run(["export", fixture("questions"), "--output", home.file(name), "--force", "--format", "folder"])
    expect((await run("dangling")).status).toBe(0)
    expect(existsSync(home.file("later", "index.html"))).toBe(true)
    expect(lstatSync(home.file("dangling")).isSymbolicLink()).toBe(true)
    writeFileSync(home.file("plain"), "mine")
    execFileSync("mkfifo", [home.file("pipe")])
    symlinkSync("circle", home.file("circle"))
    symlinkSync("plain", home.file("to-plain"))
    for (const name of ["plain", "pipe", "circle", "to-plain"]) {
      const refused = await run(name)
      expect(refused).toMatchObject({ status: 2, stderr: expect.stringMatching(/is not a writable folder/) })
    }
    expect(readFileSync(home.file("plain"), "utf8")).toBe("mine")
    expect(lstatSync(home.file("pipe")).isFIFO()).toBe(true)
  })

  test("deletes stale files, but not what the user put in their place", async () => {
    const home = ownHome()
    const folder = home.file("kept")
    const run = (name: string) =>
      home.run(["export", fixture(name), "--output", folder, "--force", "--format", "folder"])
    await run("all-tools")
    const [first = "", second = ""] = readdirSync(path.join(folder, "files"))
    renameSync(path.join(folder, "files", first), home.file("moved"))
    symlinkSync(home.file("moved"), path.join(folder, "files", first))
    expect((await run("questions")).status).toBe(0)
    expect(lstatSync(path.join(folder, "files", first)).isSymbolicLink()).toBe(true)
    expect(existsSync(home.file("moved"))).toBe(true)
    expect(existsSync(path.join(folder, "files", second))).toBe(false)
  })
})

describe("export --all", () => {
  function withSessions() {
    const home = ownHome()
    mkdirSync(home.file("data", "opencode"), { recursive: true })
    cpSync(recordedDatabase, home.file("data", "opencode", "opencode.db"))
    return home
  }

  test.each(["html"])("--format %s keeps the user's folder, its mode and the links in it", async (format) => {
    const home = withSessions()
    mkdirSync(home.file("real"))
    chmodSync(home.file("real"), 0o755)
    symlinkSync("real", home.file("archive"))
    const run = () => home.run(["export", "--all", "--format", format, "--output", home.file("archive")])
    const first = await run()
    expect(first.status, first.stderr).toBe(0)
    const session = readdirSync(home.file("real")).find((name) => name.endsWith(".html") && name !== "index.html")!
    for (const name of [session, "index.html", "archive.jsonl"]) {
      renameSync(home.file("real", name), home.file(name))
      symlinkSync(path.join("..", name), home.file("real", name))
      chmodSync(home.file(name), 0o640)
    }
    writeFileSync(home.file(session), "old")
    writeFileSync(home.file("archive.jsonl"), "")
    const again = await run()
    expect(again.stderr).toContain("4 exported")
    for (const name of [session, "index.html", "archive.jsonl"]) {
      expect(lstatSync(home.file("real", name)).isSymbolicLink(), name).toBe(true)
      expect(statSync(home.file(name)).mode & 0o7777, name).toBe(0o640)
      expect(statSync(home.file(name)).size, name).toBeGreaterThan(100)
    }
    expect(statSync(home.file("real")).mode & 0o7777).toBe(0o755)
  })

  test("refuses an output that is not a folder, and a record that is not a file", async () => {
    const home = withSessions()
    writeFileSync(home.file("plain"), "mine")
    mkdirSync(home.file("odd"))
    execFileSync("mkfifo", [home.file("odd", "archive.jsonl")])
    for (const name of ["plain", "odd"]) {
      const run = await home.run(["export", "--all", "--output", home.file(name), "--force"])
      expect(run.status).toBe(2)
      expect(run.stderr).not.toMatch(/^\s+at /m)
    }
    expect(readFileSync(home.file("plain"), "utf8")).toBe("mine")
    expect(lstatSync(home.file("odd", "archive.jsonl")).isFIFO()).toBe(true)
  })
})

describe("init", () => {
  const settings = '{\n  // mine\n  "share": "manual"\n}\n'

  test.each(["opencode.json", "opencode.jsonc"])("writes %s to the target of a symbolic link", async (name) => {
    const home = ownHome()
    const folder = home.file("config", "opencode")
    mkdirSync(folder, { recursive: true })
    mkdirSync(home.file("dotfiles"))
    writeFileSync(home.file("dotfiles", name), settings)
    chmodSync(home.file("dotfiles", name), 0o600)
    symlinkSync(path.join("..", "..", "dotfiles", name), path.join(folder, name))
    symlinkSync(home.file("dotfiles", "tui.json"), path.join(folder, "tui.json"))
    // Names that a careless writer would take for its own.
    for (const other of [`${name}.new`, `${name}.tmp`, `${name}~`]) writeFileSync(home.file("dotfiles", other), "mine")
    const run = await home.run(["init", "--to", home.file("shares")])
    expect(run.status, run.stderr).toBe(0)
    expect(lstatSync(path.join(folder, name)).isSymbolicLink()).toBe(true)
    expect(lstatSync(path.join(folder, "tui.json")).isSymbolicLink()).toBe(true)
    const text = readFileSync(home.file("dotfiles", name), "utf8")
    expect(text).toContain("// mine")
    expect(text).toContain("opencode-bucket")
    expect(statSync(home.file("dotfiles", name)).mode & 0o7777).toBe(0o600)
    expect(JSON.parse(readFileSync(home.file("dotfiles", "tui.json"), "utf8")).plugin).toEqual(["opencode-bucket"])
    for (const other of [`${name}.new`, `${name}.tmp`, `${name}~`])
      expect(readFileSync(home.file("dotfiles", other), "utf8")).toBe("mine")
    expect(readdirSync(home.file("dotfiles")).sort()).toEqual(
      [name, `${name}.new`, `${name}.tmp`, `${name}~`, "tui.json"].sort(),
    )
  })

  test("reports a file that it cannot read or write completely, and keeps it", async () => {
    const cases: [string, (file: string) => void][] = [
      ["a FIFO", (file) => execFileSync("mkfifo", [file])],
      ["a folder", (file) => mkdirSync(file)],
      ["a circle", (file) => symlinkSync("opencode.json", file)],
      ["a link into a folder that is not there", (file) => symlinkSync("missing/opencode.json", file)],
      ["not UTF-8", (file) => writeFileSync(file, Buffer.from('{"username": "Jos\xe9"}', "latin1"))],
    ]
    for (const [what, make] of cases) {
      const home = ownHome()
      const file = home.file("config", "opencode", "opencode.json")
      mkdirSync(path.dirname(file), { recursive: true })
      make(file)
      const before = lstatSync(file)
      const run = await home.run(["init", "--to", home.file("shares")])
      expect(run.status, what).toBe(2)
      expect(run.stderr, what).toContain(realpathSync(path.dirname(file)))
      expect(run.stderr).not.toMatch(/^\s+at /m)
      expect(lstatSync(file)).toMatchObject({ ino: before.ino, size: before.size, mode: before.mode })
      expect(readdirSync(path.dirname(file))).toEqual(["opencode.json"])
    }
  })

  test("keeps the byte order mark", async () => {
    const home = ownHome()
    mkdirSync(home.file("config", "opencode"), { recursive: true })
    const file = home.file("config", "opencode", "opencode.json")
    writeFileSync(file, `\ufeff${settings}`)
    expect((await home.run(["init", "--to", home.file("shares")])).status).toBe(0)
    expect(readFileSync(file, "utf8").startsWith("\ufeff{")).toBe(true)
  })
})
