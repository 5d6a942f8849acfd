import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { commandTexts } from "../../src/cli/command-texts.ts"
import { TOPICS } from "../../src/cli/help-topics.ts"
import { closest } from "../../src/lib/closest.ts"
import { commandDefinitions, problemsOf } from "../support/json-schema.ts"
import { idOf, recordedDatabase } from "../support/opencode-database.ts"
import { fixture, ownHome } from "../support/run-command.ts"

const commands = Object.keys(commandTexts).filter((name) => name !== "opencode-bucket")

describe("help", () => {
  test.each(commands)("of %s has a description, examples and a page to read, also with `help`", async (name) => {
    const { run } = ownHome()
    const { status, stdout, stderr } = await run([...name.split(" "), "--help"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const text = commandTexts[name]!
    expect(stdout.replace(/\s+/g, " ")).toContain(text.description)
    for (const [args] of text.examples) expect(stdout).toContain(`opencode-bucket ${args}`)
    expect(Object.keys(TOPICS)).toContain(text.topic)
    expect((await run(["help", ...name.split(" ")])).stdout).toBe(stdout)
    // Only examples, whose links cannot be broken, are longer.
    for (const line of stdout.split("\n"))
      if (!/^ {2}opencode-bucket /.test(line)) expect(line.length).toBeLessThanOrEqual(80)
  })

  test.each(Object.keys(TOPICS))("topic %s is a page of the documentation without HTML comments", async (topic) => {
    const { stdout } = await ownHome().run(["help", topic])
    expect(stdout).toMatch(/^#/)
    expect(stdout).not.toMatch(/<!--|<img|\]\(/)
  })

  test("examples have valid syntax", async () => {
    for (const [args] of Object.values(commandTexts).flatMap(({ examples }) => examples)) {
      // With --help: some would start a server or change the reader's files.
      const words = args.split(" >")[0]!.split(" ")
      const { status, stderr } = await ownHome().run([...words, "--help"])
      expect({ args, status, stderr }).toMatchObject({ status: 0, stderr: "" })
    }
  })

  test("the man page has every command and flag", () => {
    const page = readFileSync("dist/opencode-bucket.1", "utf8").replaceAll("\\-", "-")
    for (const name of commands) expect(page).toContain(`\n.SS ${name}`)
    expect(page).toContain("\n.B --public-url <url>\n")
    if (spawnSync("man", ["--version"]).status !== 0) return
    const { status, stderr } = spawnSync("man", ["--warnings", "-l", path.resolve("dist/opencode-bucket.1")], {
      encoding: "utf8",
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })
})

describe("a misspelt word", () => {
  const words = ["share", "preview", "doctor", "completion"]
  test("with one wrong, missing or additional letter gets the right suggestion", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...words),
        fc.nat(),
        fc.constantFrom("q", ""),
        fc.boolean(),
        (word, at, letter, isExtra) => {
          const place = at % word.length
          const misspelt = word.slice(0, place) + letter + word.slice(isExtra && letter !== "" ? place : place + 1)
          expect([word, ...words].includes(misspelt) ? word : closest(misspelt, words)).toBe(word)
        },
      ),
    )
  })

  test.each([
    [["shrae"], "Unknown command shrae.", "share"],
    [["help", "settins"], 'There is no command or topic "settins".', "settings"],
    [["list", "--jsno"], "Unknown option --jsno.", "--json"],
    [["token", "creat", "x"], "Unknown command creat.", "create"],
  ])("%j gives one sentence with the nearest command and exit status 2", async (args, sentence, nearest) => {
    const { status, stdout, stderr } = await ownHome().run(args)
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: "",
      stderr: `opencode-bucket: ${sentence}\n  Did you mean ${nearest}?\n`,
    })
  })
})

describe("contradicting flags and flags without effect are refused first", () => {
  test.each([
    ["share", fixture("questions"), "--all"],
    ["share", fixture("questions"), "--since", "3d"],
    ["share", "--all", "--signed", "1h"],
    ["share", "--project", "."],
    ["export", "--all", "--until", "2"],
    ["unshare", "--all", "--forget"],
    ["doctor", "--policy", "--lifecycle"],
    ["init", "--check", "--project"],
  ])("%s %s %s", async (...args) => {
    const { status, stdout, stderr } = await ownHome().run(args)
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" })
    expect(stderr).toMatch(/cannot be used with|has an effect only with/)
  })
})

test("the negation of a yes-or-no flag overrides the setting of a file", async () => {
  const { run, file } = ownHome()
  mkdirSync(file("config", "opencode"), { recursive: true })
  const settings = { to: file("shares"), requesterPays: true, sseBucketKey: true, pathStyle: true }
  writeFileSync(
    file("config", "opencode", "opencode.json"),
    JSON.stringify({ plugin: [["opencode-bucket", settings]] }),
  )
  for (const [flag, name] of [
    ["--no-requester-pays", "requesterPays"],
    ["--no-sse-bucket-key", "sseBucketKey"],
    ["--no-path-style", "pathStyle"],
  ] as const) {
    const { stdout } = await run(["doctor", "--json", flag])
    const shown = JSON.parse(stdout).settings as { name: string; value: string }[]
    const values = shown.filter((each) => each.name in settings && each.name !== "to")
    expect(values.filter(({ value }) => value === "false").map((each) => each.name)).toEqual([name])
    expect(values.length).toBe(3)
  }
})

describe("--json", () => {
  const failing = [
    ["share", "missing.json"],
    ["preview", "missing.json"],
    ["export", "missing.json"],
    ["import", "missing.json", "--yes"],
    ["unshare", "hello"],
    ["unshare", "--forget"],
    ["list", "--to", "team-shares"],
    ["prune", "--expires"],
    ["init"],
    ["init", "--check"],
    ["doctor", "--to", "team-shares"],
    ["token", "revoke", "nobody"],
    ["share", "--no-such-flag"],
    ["nonsense"],
  ]
  test.each(failing)(
    "%s %s: an error is one object on stdout, with the code, the message and the hint",
    async (...args) => {
      const { status, stdout, stderr } = await ownHome().run([...args, "--json"])
      expect(stdout.trimEnd().split("\n")).toHaveLength(1)
      const { error } = JSON.parse(stdout)
      expect(problemsOf(error, "error")).toEqual([])
      expect(error.message).toMatch(/[.?]$/)
      expect(stderr).toContain(error.message)
      expect(status).toBe(
        { "session-not-found": 4, "share-not-found": 4, "store-failed": 5 }[error.code as string] ?? 2,
      )
    },
  )

  /** In one home after each other, with the definition of the schema that describes the output. */
  const succeeding: [definition: string, ...args: string[]][] = [
    ["share", "share", fixture("questions")],
    ["share", "share", fixture("questions"), "--expires", "7d", "--redact", "Question"],
    ["list", "list"],
    ["preview", "preview", fixture("questions")],
    ["export", "export", fixture("questions"), "--output", "x.html"],
    ["share --all", "share", "--all"],
    ["export --all", "export", "--all"],
    ["unshare --forget", "unshare", "--forget", idOf("Notes"), "--yes"],
    ["unshare", "unshare", idOf("Undone")],
    ["unshare", "unshare", "--all", "--yes"],
    ["unshare", "prune"],
    ["doctor", "doctor"],
    ["init", "init", "--to", "./shares"],
    ["init --check", "init", "--check"],
    ["token create", "token", "create", "x"],
    ["token create", "token", "create", "y", "z"],
    ["token rotate", "token", "rotate", "x"],
    ["token revoke", "token", "revoke", "y"],
    ["token revoke", "token", "revoke", "z", "--unshare"],
    ["token list", "token", "list"],
    ["version", "--version"],
  ]
  test("every command prints only what docs/json.schema.json describes", async () => {
    const home = ownHome()
    mkdirSync(home.file("data", "opencode"), { recursive: true })
    cpSync(recordedDatabase, home.file("data", "opencode", "opencode.db"))
    for (const [definition, ...args] of succeeding) {
      const { status, stdout, stderr } = await home.run([...args, "--json"])
      expect({ args, status, stderr }).toMatchObject({ status: 0 })
      expect(problemsOf(JSON.parse(stdout), definition), `${args}: ${stdout}`).toEqual([])
      expect(JSON.parse(stdout)).not.toHaveProperty("error")
    }
    // `import` needs OpenCode: the integration tests run it.
    const tested = new Set([...succeeding.map(([definition]) => definition), "import"])
    expect(commandDefinitions.filter((name) => !tested.has(name))).toEqual([])
  })
})

describe("completion", () => {
  const complete = async (home: ReturnType<typeof ownHome>, ...words: string[]) =>
    (await home.run(["__complete", "--", ...words])).stdout
      .trim()
      .split("\n")
      .map((line) => line.split("\t")[0])

  test("of commands, flags, values, profiles and shares", async () => {
    const home = ownHome()
    expect(await complete(home, "sh")).toEqual(["share"])
    expect(await complete(home, "token", "r")).toEqual(["rotate", "revoke"])
    expect(await complete(home, "share", "--acc")).toEqual(["--accept-retention"])
    expect(await complete(home, "export", "--format", "")).toEqual(["html", "folder", "md", "json"])
    const session = JSON.parse((await home.run(["share", fixture("questions"), "--json"])).stdout).session
    expect(await complete(home, "unshare", "")).toEqual([session])
    writeFileSync(home.file("aws"), "[default]\n[profile team]\n[bad\tname]\n")
    const env = { AWS_CONFIG_FILE: home.file("aws") }
    expect((await home.run(["__complete", "--", "list", "--profile", ""], { env })).stdout).toBe("default\t\nteam\t\n")
    expect(await complete(home, "share", "--to", "")).toEqual([""])
  })

  /** How each shell is asked, without a terminal, to complete what was typed. */
  const asked = {
    bash: `COMP_WORDS=(opencode-bucket token ro) COMP_CWORD=2; _opencode_bucket; echo $COMPREPLY`,
    zsh: `_describe() { print -r -- "\${(P)3}" }; words=(opencode-bucket token ro) CURRENT=3; _opencode_bucket`,
    fish: `complete -C "opencode-bucket token ro"`,
  }
  test.each(Object.entries(asked))("%s completes with its script", async (shell, question) => {
    if (spawnSync(shell, ["--version"]).error) return
    const home = ownHome()
    const { stdout: script } = await home.run(["completion", shell])
    writeFileSync(
      home.file("opencode-bucket"),
      `#!/bin/sh\nexec '${process.execPath}' '${path.resolve("bin/opencode-bucket.js")}' "$@"\n`,
    )
    chmodSync(home.file("opencode-bucket"), 0o755)
    writeFileSync(home.file("script"), `${script}\n${question}\n`)
    const env = { HOME: home.home, PATH: `${home.home}:${process.env["PATH"]}` }
    expect(execFileSync(shell, [home.file("script")], { encoding: "utf8", env })).toMatch(/^rotate\b/)
  })
})
