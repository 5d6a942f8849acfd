import { createHash } from "node:crypto"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { prebuiltPage } from "../../../src/render/site/page-renderer.ts"
import { runs } from "../../support/property-runs.ts"
import { draw, type Exported, exports, filesOf, generated } from "../draw.ts"
import { expectShare } from "../page-rules.ts"

const paths =
  /^(?:(?:index|[1-9]\d*|sub-[0-9a-f]{10}(?:-[1-9]\d*)?|(?:sub-[0-9a-f]{10}-)?changes(?:-[1-9]\d*)?)\.html|files\/[0-9a-f]{32}\.[a-z]+|session\.(?:json|md)|page-[0-9a-f]{16}\.css)$/
const sessions: [string, Exported][] = [...exports, ["a long one", generated(300)], ["an empty one", {}]]

describe.each(sessions)("the share of %s", (_, exported) => {
  let drawing: ReturnType<typeof draw> | undefined
  /** All files of the share by path, rendered once. */
  const drawnOnce = () => (drawing ??= filesOf(exported).then(draw))

  test("has each path once, only fixed names and hashes, and index.html last", async () => {
    const files = (await filesOf(exported)).map(({ path }) => path)
    for (const path of files) expect(path).toMatch(paths)
    expect(new Set(files).size).toBe(files.length)
    expect(files.at(-1)).toBe("index.html")
    expect(files).toEqual(expect.arrayContaining(["session.json", "session.md"]))
  })

  test("gives each file its content type", async () => {
    const types: Record<string, RegExp> = {
      html: /^text\/html; charset=utf-8$/,
      json: /^application\/json; charset=utf-8$/,
      md: /^text\/markdown; charset=utf-8$/,
      txt: /^text\/plain; charset=utf-8$/,
      css: /^text\/css; charset=utf-8$/,
      png: /^image\/png$/,
    }
    for (const { path, contentType, cacheControl, render } of await filesOf(exported)) {
      expect(contentType).toMatch(types[path.split(".").at(-1)!] ?? /^application\/octet-stream$/)
      expect(cacheControl).toBe(/^files\/|\.css$/.test(path) ? "private, max-age=300" : "no-cache")
      const hash = createHash("sha256")
        .update(await render())
        .digest("hex")
        .slice(0, 32)
      if (path.startsWith("files/")) expect(path).toContain(hash)
    }
  })

  test("has the complete session in session.json, including subagents' sessions", async () => {
    const { info = { id: "ses_1" }, messages = [], children = [] } = exported
    const json = (await drawnOnce()).get("session.json")!
    expect(JSON.parse(json)).toEqual({
      info,
      messages,
      children: children.map((child) => ({ children: [], ...child })),
    })
  })

  test("has pages of allowed markup only, whose links and pictures all resolve", async () => {
    expectShare(await drawnOnce())
  })

  test("has every prompt on one page, by its id", async () => {
    const all = [...(await drawnOnce())].filter(([path]) => path.endsWith(".html")).map(([, html]) => html)
    const prompts = (exported.messages ?? []).filter((message) => {
      const { info, parts } = message as { info: { role: string }; parts: { type: string; synthetic?: boolean }[] }
      return info.role === "user" && parts.some(({ type, synthetic }) => type === "text" && !synthetic)
    })
    for (const prompt of prompts) {
      const { id } = (prompt as { info: { id: string } }).info
      expect(all.filter((html) => html.includes(` id="${id}"`))).toHaveLength(1)
    }
  })
})

test("no id of a session can equal the page's own anchors", async () => {
  const message = (id: string, role: string, parts: object[], more: object = {}) => ({
    info: { id, role, ...more },
    parts,
  })
  const diffs = [{ file: "a", additions: 1, deletions: 0, status: "added" }]
  const part = (id: string) => ({ id, type: "text", text: id })
  const messages = [
    message("changes", "user", [part("_changes")], { summary: { diffs } }),
    message("m", "assistant", [part("m-error"), part("m.error"), part("m-end")], { error: { name: "APIError" } }),
    message("m-error", "assistant", [part("m"), part("n-end")], { finish: "length" }),
  ]
  expectShare(await draw(await filesOf({ messages })))
})

test("a header that cannot name all changed files shows their number", async () => {
  const diffs = Array.from({ length: 501 }, (_, i) => ({
    file: `${i}.ts`,
    additions: 1,
    deletions: 0,
    status: "added",
  }))
  const header = async (length: number) => {
    const info = { id: "m", role: "user", summary: { diffs: diffs.slice(0, length) } }
    return (await draw(await filesOf({ messages: [{ info, parts: [] }] }))).get("index.html")!
  }
  expect(await header(501)).toContain('<a href="changes.html">all 501 files</a>')
  expect(await header(12)).toContain('<a href="changes.html">the diffs</a>')
})

describe("rendering", () => {
  test("gives the same bytes in any order and any number of times", async () => {
    const [, first] = exports[0]!
    for (const exported of [first, generated(120, 7)]) {
      const files = await filesOf(exported)
      const forth = await draw(files)
      const back = await draw((await filesOf(exported)).reverse())
      for (const [path, content] of forth) expect(back.get(path)).toBe(content)
    }
  })

  test("fails if the page fails", async () => {
    const page = { ...(await prebuiltPage()), renderPage: () => Promise.reject(new Error("no template")) }
    await expect(filesOf({}, { page })).rejects.toThrow("no template")
  })
})

describe("a session that is shared again", () => {
  const inputs = async (exported: Exported, more?: Parameters<typeof filesOf>[1]) =>
    new Map((await filesOf(exported, more)).map(({ path, input }) => [path, input]))
  const changed = (before: Map<string, string>, after: Map<string, string>) =>
    [...after].filter(([path, input]) => before.get(path) !== input).map(([path]) => path)

  test("has the same inputs when nothing has changed", async () => {
    for (const [, exported] of sessions) expect(changed(await inputs(exported), await inputs(exported))).toEqual([])
  })

  test("renders its last page, the first and the records again when a message was added, and nothing between", async () => {
    const long = generated(200)
    const { messages } = long
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 190 }), fc.integer({ min: 1, max: 10 }), async (length, more) => {
        const before = await inputs({ ...long, messages: messages.slice(0, length) })
        const after = await inputs({ ...long, messages: messages.slice(0, length + more) })
        for (const path of before.keys()) expect([...after.keys()]).toContain(path)
        const pages = [...before.keys()].filter((path) => /^\d+\.html$/.test(path))
        const kept = pages.slice(0, -1)
        compared += kept.length
        for (const path of kept) expect(after.get(path)).toBe(before.get(path))
        expect(changed(before, after)).toEqual(expect.arrayContaining(["session.json", "session.md"]))
      }),
      { numRuns: runs(25) },
    )
    expect(compared).toBeGreaterThan(0)
  })

  test("has the input of a page change when and only when the page does", async () => {
    const long = generated(150, 3)
    const shorter = await filesOf({ ...long, messages: long.messages.slice(0, 100) })
    const before = await draw(shorter)
    const info = long.info as object
    const others: [string, Exported, Parameters<typeof filesOf>[1]?][] = [
      ["more messages", { ...long, messages: long.messages.slice(0, 140) }],
      ["another title", { ...long, info: { ...info, title: "Another" }, messages: long.messages.slice(0, 100) }],
      [
        "another folder",
        { ...long, info: { ...info, directory: "/elsewhere" }, messages: long.messages.slice(0, 100) },
      ],
      ["another version", { ...long, messages: long.messages.slice(0, 100) }, { version: "1.0.1" }],
      ["another share", { ...long, messages: long.messages.slice(0, 100) }, { id: "another" }],
    ]
    for (const [what, exported, more] of others) {
      const files = await filesOf(exported, more)
      const after = await draw(files)
      for (const { path, input } of files) {
        if (!path.endsWith(".html")) continue
        const same = shorter.find((file) => file.path === path)?.input === input
        expect({ what, path, same }).toEqual({ what, path, same: before.get(path) === after.get(path) })
      }
    }
  })

  test("renders the page of a task again when its subagent's session has come", async () => {
    const [, exported] = exports[0]!
    const before = await filesOf({ ...exported, children: [] })
    const after = await filesOf(exported)
    expect(after.at(-1)!.input).not.toBe(before.at(-1)!.input)
  })
})
