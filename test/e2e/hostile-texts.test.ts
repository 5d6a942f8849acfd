import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { nanoid } from "nanoid"
import { describe, expect, onTestFinished, test } from "vitest"
import { runs } from "../support/property-runs.ts"
import { fixture, ownHome, type Run } from "../support/run-command.ts"
import { startS3Server } from "../support/s3-server.ts"

/** Sequences that clear, move, colour, rename and paste, in 7 and 8 bits; overrides of direction; line ends. */
const forged = [
  "\x1b[2J\x1b[H",
  "\x1b[1A\x1b[2K",
  "\x9b2J",
  "\x1b]0;title\x07",
  "\x1b]52;c;Zm9v\x07",
  "\x1bPq#0\x1b\\",
  "\x1b[8m",
  "\r\x1b[K",
  "\b\b\b",
  "\x7f",
  "\u202egro",
  "\u2066x\u2069",
  "\u200b",
  "\u2028",
  "\n  Destination    s3://team-shares\n",
]
const all = forged.join("s3://team-shares")
/** Characters that a terminal must not get. Our own output only ends lines. */
const effects = /[\0-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028\u202a-\u202e\u2066-\u2069]/
const shownOnly = ({ stdout, stderr }: Run) => {
  expect(stdout).not.toMatch(effects)
  expect(stderr).not.toMatch(effects)
  expect(stdout + stderr).not.toMatch(/^ {2}Destination {4}s3:\/\/team-shares$/m)
  expect(stderr).not.toMatch(/^\s+at /m)
}

const session = (title: string, directory: string) => {
  const { info, messages } = JSON.parse(readFileSync(fixture("questions"), "utf8"))
  return JSON.stringify({ info: { ...info, title, directory, version: title, slug: title }, messages })
}

test("a session's title and folder have no effect on the terminal in any command", async () => {
  const home = ownHome()
  writeFileSync(home.file("talk.json"), session(all, `/home/dana/${all}`))
  const runs = [
    ["share", home.file("talk.json"), "--to", home.file("shares")],
    ["share", home.file("talk.json"), "--to", home.file("shares"), "--json"],
    ["list"],
    ["list", "--json"],
    ["export", home.file("talk.json")],
    ["preview", home.file("talk.json"), "--no-open"],
  ]
  for (const args of runs) {
    const run = await home.run(args)
    expect(run.status, args.join(" ")).toBe(0)
    shownOnly(run)
  }
  const listed = JSON.parse((await home.run(["list", "--json"])).stdout)
  expect(listed.shares[0].title).toContain("\x1b[2J")
})

test("manifests have no effect on the terminal, and a damaged one hides no other", async () => {
  const home = ownHome()
  const at = ["--to", home.file("shares")]
  await home.run(["share", fixture("questions"), ...at])
  const whole = { format: 1, session: "ses_1", title: "T", state: "published", created: "2026-01-01T00:00:00.000Z" }
  const manifest = { ...whole, updated: whole.created, generator: "1", objects: {} }
  const object = { size: 1, hash: "0", input: "0" }
  const anything = fc.oneof(
    fc.anything({ withNullPrototype: false }),
    fc.constantFrom(all, "x".repeat(1e6), -1, [], {}, null),
  )
  const damaged = fc.oneof(
    fc.constantFrom(
      "",
      "{",
      "null",
      "[]",
      "7",
      '"text"',
      "[".repeat(50_000),
      `${JSON.stringify(manifest)}}`,
      "\0\x1b[2J",
    ),
    anything.map((value) => JSON.stringify(value) ?? ""),
    fc
      .tuple(
        fc.constantFrom("format", "session", "title", "state", "created", "updated", "objects", "expires"),
        anything,
      )
      .map(([field, value]) => JSON.stringify({ ...manifest, id: "ID", [field]: value })),
    fc
      .tuple(fc.string(), fc.constantFrom("size", "hash", "input", "first"), anything)
      .map(([name, field, value]) =>
        JSON.stringify({ ...manifest, id: "ID", objects: { [name]: { ...object, [field]: value } } }),
      ),
    fc.constantFrom(all, all.repeat(2000)).map((title) =>
      JSON.stringify({
        ...manifest,
        id: "ID",
        title,
        session: title,
        updated: title,
        created: title,
        expires: title,
      }),
    ),
  )
  const ids = fc.sample(damaged, { numRuns: runs(100) }).map((text) => {
    const id = nanoid()
    const folder = home.file("shares", "s", id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, "manifest.json"), text.replace('"id":"ID"', `"id":"${id}"`))
    return id
  })
  const other = nanoid()
  mkdirSync(home.file("shares", "s", other))
  writeFileSync(
    home.file("shares", "s", other, "manifest.json"),
    JSON.stringify({ ...manifest, id: other, title: "Another" }),
  )

  const run = await home.run(["list", "--bucket", ...at])
  expect(run.status, run.stderr).toBe(0)
  shownOnly(run)
  expect(run.stdout).toContain("Another")
  for (const id of ids) expect(run.stdout).toContain(id)
  expect(run.stdout).toMatch(/manifest damaged/)
  expect(Math.max(...run.stdout.split("\n").map((line) => line.length))).toBeLessThan(5_000)
  const json = await home.run(["list", "--bucket", "--json", ...at])
  expect(JSON.parse(json.stdout).shares.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(ids))
  shownOnly(await home.run(["prune", "--bucket", ...at]))
  for (const id of ids.slice(0, 3)) {
    const removed = await home.run(["unshare", id, ...at])
    expect(removed.status, removed.stderr).toBe(0)
    shownOnly(removed)
  }
})

describe("a service's responses have no effect on the terminal", () => {
  const xml = (text: string) => `<Error><Code>${text}</Code><Message>${text}</Message></Error>`
  const bodies: [string, string][] = [
    ["raw", xml(all)],
    ["as references", xml([...all].map((character) => `&#${character.codePointAt(0)};`).join(""))],
    ["without XML", all],
    ["HTML", `<html>${all}</html>`],
  ]
  test.each(bodies)("%s", async (_, body) => {
    const server = await startS3Server({
      fault: () => ({
        status: 400,
        body,
        headers: { "content-type": "application/xml", "x-amz-bucket-region": "eu\xa0\x9b2J" },
      }),
    })
    onTestFinished(() => server.close())
    const home = ownHome()
    const at = ["--to", `s3://${server.bucket}`, "--endpoint", server.endpoint]
    for (const args of [
      ["share", fixture("questions")],
      ["list", "--bucket"],
      ["doctor"],
      ["unshare", nanoid()],
      ["init"],
    ]) {
      const run = await home.run([...args, ...at], { env: server.environment })
      if (args[0] !== "list") expect(run.status, run.stderr).not.toBe(0)
      shownOnly(run)
    }
  })
})

test("arguments, folders and file names have no effect on the terminal", async () => {
  const home = ownHome()
  const cwd = path.join(home.project, forged.slice(0, 4).join("").replaceAll("/", "-"))
  mkdirSync(cwd, { recursive: true })
  for (const args of [
    [`--${forged.slice(0, -1).join("")}`],
    ["share", all],
    ["share", `${all}.json`],
    ["unshare", all],
    ["export", fixture("questions")],
    ["export", fixture("questions"), "--format", all],
    ["share", fixture("questions"), "--to", `s3://${all}`],
    ["share", fixture("questions"), "--endpoint", `https://corp.example/${all}`],
    ["import", `https://127.0.0.1:9/s/${encodeURIComponent(all)}`],
  ])
    shownOnly(await home.run(args, { cwd }))
  writeFileSync(path.join(cwd, "opencode.json"), '{"share": "disabled"}')
  const refused = await home.run(["share", fixture("questions")], { cwd })
  expect(refused.status).toBe(3)
  shownOnly(refused)
})
