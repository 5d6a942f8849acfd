import { createTwoFilesPatch } from "diff"
import { describe, expect, test } from "vitest"
import { draw, type Exported, filesOf } from "../draw.ts"
import { assistant, call } from "../items/parts-draw.ts"
import { expectShare } from "../page-rules.ts"

type Change = [file: string, before: string, after: string, more?: object]

function rewritten(before: string, after: string): string {
  const lines = (text: string, sign: string) =>
    text
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `${sign}${line}\n`)
  const [old, now] = [lines(before, "-"), lines(after, "+")]
  return `@@ -${before ? 1 : 0},${before ? old.length : 0} +1,${now.length} @@\n${[...(before ? old : []), ...now].join("")}`
}

/** A prompt that changed files from one text to another. */
function prompt(number: number, changes: Change[], text = `Prompt ${number}`): object {
  const diffs = changes.map(([file, before, after, more]) => {
    const options = { context: 100_000, maxEditLength: 100 }
    const patch = createTwoFilesPatch(file, file, before, after, "", "", options) ?? rewritten(before, after)
    const status = before === "" ? "added" : after === "" ? "deleted" : "modified"
    return { file, patch, additions: 1, deletions: 1, status, ...more }
  })
  const info = { id: `msg_${number}`, role: "user", summary: { diffs } }
  return { info, parts: [{ id: `prt_${number}`, type: "text", text }] }
}

const drawn = async (messages: object[], more: Exported = {}) => draw(await filesOf({ messages, ...more }))
const text = (lines: number, line: (i: number) => string) =>
  Array.from({ length: lines }, (_, i) => `${line(i)}\n`).join("")
const changesOf = (share: Map<string, string>) => [...share].filter(([path]) => path.includes("changes"))
const main = (html: string) => /<main[^>]*>([\s\S]*)<\/main>/.exec(html)![1]!

test("the section of a changed file", async () => {
  const first = text(30, (i) => `const value${i} = ${i}`)
  const second = first.replace("value10 = 10", "value10 = 11")
  const third = second.replace("const value20", "let value20")
  const share = await drawn([prompt(1, [["src/a.ts", first, second]]), prompt(2, [["src/a.ts", second, third]])])
  expectShare(share)
  expect(
    main(share.get("changes.html")!).replace(/(?<!\n)(<(?:section|nav|h2|p|figure|pre|li|l-)[ >])/g, "\n$1"),
  ).toMatchSnapshot()
})

describe("a section shows", () => {
  const section = async (...changes: Change[][]) => {
    const share = await drawn(changes.map((some, i) => prompt(i + 1, some)))
    expectShare(share)
    return main(share.get("changes.html")!)
      .replace(/<[^>]+>/g, " ")
      .replace(/\s+/g, " ")
      .trim()
  }

  test("that nothing remains", async () => {
    expect(await section([["a", "", "1\n"]], [["a", "1\n", ""]])).toMatch(
      /deleted again .*prompts 1 , 2 Nothing remains of the change/,
    )
    expect(await section([["a", "1\n", "2\n"]], [["a", "2\n", "1\n"]])).toMatch(
      /changed back .*Nothing remains of the change/,
    )
  })

  test("that it also changed in between, and the diff of each prompt", async () => {
    expect(await section([["a", "1\n", "2\n"]], [["a", "3\n", "4\n"]])).toMatch(
      /one by one.*in prompt 1 .*- ?1 \+ ?2 .*in prompt 2 .*- ?3 \+ ?4/,
    )
  })

  test("its former name and its content", async () => {
    const patch = "rename from old.ts\nrename to new.ts\n"
    expect(await section([["new.ts", "1\n", "1\n", { status: "renamed", patch }]])).toMatch(/moved .*was old\.ts/)
    expect(await section([["a", "gone\n", ""]])).toMatch(/deleted .*Deleted lines - ?gone/)
  })

  test("that the session holds no lines of it", async () => {
    expect(await section([["a.png", "1", "2", { patch: "" }]])).toContain("The session has no diff of this change.")
  })
})

describe("the pages of changes", () => {
  test("do not exist if nothing changed", async () => {
    const share = await drawn([prompt(1, [])])
    expect(changesOf(share)).toEqual([])
    expect(share.get("index.html")).not.toContain("What changed")
  })

  test("are linked from the header, each file on its own page, and lead to the prompts on theirs", async () => {
    const long = (i: number) => text(300, (line) => `const a${i} = "${line} and some more words"`)
    const files = Array.from({ length: 30 }, (_, i): Change => [`src/${i}.ts`, "", long(i)])
    const messages = files.map((file, i) =>
      prompt(i + 1, [file, ["README", `${i}\n`, `${i + 1}\n`]], "word ".repeat(6_000)),
    )
    const share = await drawn(messages)
    expectShare(share)
    const index = share.get("index.html")!
    expect(index).toContain('<a href="changes.html">all 31 files</a>')
    expect(index.match(/href="changes[^"]*#_f-[0-9a-f]{10}"/g)).toHaveLength(12)
    const pages = changesOf(share)
    expect(pages.length).toBeGreaterThan(2)
    expect(share.get("changes.html")!.match(/href="changes[^"]*\.html#_f-[0-9a-f]{10}"/g)!.length).toBe(31)
    const all = pages.map(([, html]) => main(html)).join("")
    expect(all).toMatch(/href="\d+\.html#msg_30"/)
    expect(all).toContain('href="index.html#msg_1"')
    expect(new Set(all.match(/id="_f-[0-9a-f]{10}"/g)).size).toBe(31)
  })

  test("of a subagent's session are its own", async () => {
    const child = { info: { id: "ses_2", title: "Child" }, messages: [prompt(1, [["a", "1\n", "2\n"]])] }
    const task = call("task", { input: { prompt: "Change it." }, metadata: { sessionId: "ses_2" } })
    const share = await drawn([prompt(1, [["b", "1\n", "2\n"]]), assistant([task], { id: "msg_2" })], {
      info: { id: "ses_1", title: "Parent" },
      children: [child],
    })
    expectShare(share)
    const [name, html] = changesOf(share).find(([path]) => path.startsWith("sub-"))!
    expect(name).toMatch(/^sub-[0-9a-f]{10}-changes\.html$/)
    expect(html).toContain(`href="${name.replace("-changes", "")}#msg_1"`)
  })

  test("note dropped diffs and changes known from calls only", async () => {
    const many = Array.from({ length: 620 }, (_, i): Change => [`${i}.txt`, "", `${i}\n`])
    expect((await drawn([prompt(1, many)])).get("changes.html")).toContain(
      "The diffs of 120 further files are not kept here.",
    )
    const write = call("write", { input: { filePath: "a", content: "1\n" }, metadata: { exists: false } })
    expect((await drawn([prompt(1, []), assistant([write], { id: "msg_2" })])).get("changes.html")).toContain(
      "files changed by commands are missing",
    )
  })

  test("truncate a long diff, with all of it in a file of the share", async () => {
    const share = await drawn([prompt(1, [["a.txt", "", text(5_000, (i) => `line ${i}`)]])])
    expectShare(share)
    const [, file] = /lines left out[\s\S]*?href="(files\/[0-9a-f]{32}\.txt)"/.exec(share.get("changes.html")!)!
    expect(share.get(file!)).toMatch(/^@@ -0,0 \+1,5000 @@\n\+line 0\n[\s\S]*\+line 4999\n$/)
  })

  const hostile = '"><script>alert(1)</script><!--'
  test.each([
    ["short lines", text(3_000, () => "a"), "a.txt"],
    ["markup", text(3_000, () => hostile), "a.html"],
    ["one long line", '"'.repeat(500_000), "a.json"],
    ["wide characters", text(3_000, () => "漢字かな混じり文"), "a.md"],
    ["many words", text(3_000, (i) => `if (a${i} === "b" && c) return [1, 2, 3]`), "a.ts"],
    ["hidden characters", text(1_000, () => "a\u202e\u200b\u0000b"), "a.ts"],
  ])("are bounded in bytes and elements, whatever they show: %s", async (_, after, name) => {
    const before = after.replace(/a/g, "b").replace(/漢/g, "字")
    const some = Array.from({ length: 10 }, (_, i): Change => [`${i}/${name}`, i % 2 === 0 ? "" : before, after])
    const folder = `${hostile}/`.repeat(20)
    const more = Array.from({ length: 490 }, (_, i): Change => [`${folder}${i}`, "", "a\n"])
    const share = await drawn([prompt(1, [...some, ...more])])
    expectShare(share)
    for (const [path, html] of changesOf(share)) {
      expect(Buffer.byteLength(html), path).toBeLessThan(300_000)
      expect(html.match(/<[a-z]/g)!.length, path).toBeLessThan(6_000)
      expect(html).not.toContain("<script>alert")
    }
  })
})

describe("the pages of changes, when the session is shared again", () => {
  const files = (from: number, to: number, word = "a") =>
    Array.from(
      { length: to - from },
      (_, i): Change => [`${from + i}.ts`, "", text(300, (line) => `${word}(${from + i}, ${line})`)],
    )
  const inputs = async (messages: object[], more: Exported = {}) =>
    new Map((await filesOf({ messages, ...more })).map(({ path, input }) => [path, input]))

  test("are rendered again only from the first change on", async () => {
    const before = await inputs([prompt(1, files(0, 40))])
    const after = await inputs([prompt(1, files(0, 40)), prompt(2, files(40, 45))])
    const pages = [...before.keys()].filter((path) => path.startsWith("changes"))
    expect(pages.length).toBeGreaterThan(3)
    const changed = pages.filter((path) => before.get(path) !== after.get(path))
    // The first page holds the list of all files, and the last one grows.
    expect(changed).toEqual(["changes.html", pages.at(-1)])
  })

  test("stay unchanged except for a few, when the diff of an early file has grown", async () => {
    const some = files(0, 100)
    const [file, before, after] = some[2]!
    const first = await inputs([prompt(1, some)])
    const second = await inputs([prompt(1, some), prompt(2, [[file, after, `${after}${before}${after}`]])])
    const pages = [...first.keys()].filter((path) => path.startsWith("changes"))
    expect(pages.length).toBeGreaterThan(10)
    const changed = pages.filter((path) => first.get(path) !== second.get(path))
    expect(changed.length).toBeLessThan(6)
  })

  test("have an input hash of all their inputs", async () => {
    const messages = [prompt(1, files(0, 2))]
    const before = await inputs(messages)
    for (const after of [
      await inputs([prompt(1, files(0, 2, "b"))]),
      await inputs([prompt(3, files(0, 2))]),
      await inputs(messages, { info: { id: "ses_1", title: "Another title" } }),
    ])
      expect(after.get("changes.html")).not.toBe(before.get("changes.html"))
    expect(await inputs(messages)).toEqual(before)
  })
})
