import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, test } from "vitest"
import { answered, asked, called, drawn, type Exported, filesOf, session } from "../support/render-site.ts"

const folder = path.join(import.meta.dirname, "..", "fixtures", "sessions")
const fixtures = readdirSync(folder).map((name): [string, Exported] => [
  name,
  JSON.parse(readFileSync(path.join(folder, name), "utf8")),
])

const numbered = (lines: number) => Array.from({ length: lines }, (_, i) => `line ${i}`).join("\n")
const long = `${numbered(3_000)}\n\n`
const patch = `--- a\n+++ b\n@@ -0,0 +1,3000 @@\n${numbered(3_000).replace(/^/gm, "+")}\n`
const input = { filePath: "/a/b.ts" }

/** One call or message for every place where a page shows only a part of a long text. */
const tooLong: [string, object][] = [
  ["bash", called("bash", { input: { command: "seq 9" }, output: long, metadata: { output: long, exit: 0 } })],
  ["a long command", called("bash", { input: { command: long }, output: "x", metadata: { exit: 0 } })],
  [
    "read",
    called("read", {
      input,
      output: `<path>/a/b.ts</path>\n<content>\n${numbered(3000).replace(/^/gm, "1: ")}\n</content>`,
    }),
  ],
  [
    "a folder",
    called("read", {
      input: { filePath: "/a" },
      metadata: { display: { type: "directory", entries: long.split("\n") } },
      output: `<path>/a</path>\n<type>directory</type>\n<entries>\n${long}\n</entries>`,
    }),
  ],
  ["write", called("write", { input: { ...input, content: long } })],
  [
    "edit",
    called("edit", {
      input: { ...input, oldString: "a", newString: "b" },
      metadata: { diff: patch, filediff: { file: "b.ts", patch, additions: 3000, deletions: 0 } },
    }),
  ],
  ["edit without a patch", called("edit", { input: { ...input, oldString: "a", newString: long } })],
  [
    "apply_patch",
    called("apply_patch", {
      input: { patchText: "x" },
      metadata: {
        files: Array.from({ length: 30 }, (_, i) => ({
          filePath: `/a/${i}.ts`,
          relativePath: `${i}.ts`,
          type: "update",
          patch: patch.replaceAll("line", `line of ${i}`),
          additions: 3000,
          deletions: 0,
        })),
      },
    }),
  ],
  ["apply_patch without files", called("apply_patch", { input: { patchText: long }, status: "error", error: "no" })],
  [
    "task",
    called("task", {
      input: { description: "d", prompt: long, subagent_type: "general" },
      output: `<task id="x" state="done"><task_result>${long.repeat(9)}</task_result></task>`,
    }),
  ],
  ["webfetch", called("webfetch", { input: { url: "https://example.com/", format: "text" }, output: long })],
  ["grep", called("grep", { input: { pattern: long }, output: long, metadata: { matches: 3000 } })],
  ["an invalid call", called("invalid", { input: { tool: "x", error: long }, output: long })],
  [
    "an unknown tool",
    called("mcp_thing", {
      input: Object.fromEntries(long.split("\n").map((key) => [key, key.repeat(300)])),
      output: long,
    }),
  ],
  ["a failed call", called("bash", { input: { command: "x" }, status: "error", error: long })],
  ["todos", called("todowrite", { input: { todos: [{ content: long, status: "pending", priority: "high" }] } })],
  [
    "question",
    called("question", {
      input: { questions: [{ question: long, header: "h", options: [{ label: long, description: long }] }] },
    }),
  ],
  ["answer", { type: "text", text: long.repeat(20) }],
  ["reasoning", { type: "reasoning", text: long.repeat(20), time: { start: 1, end: 2 } }],
]

/** What a page refers to in its share: the targets of links and the sources of images. */
function targets(page: string): string[] {
  return [...page.matchAll(/\s(?:href|src)="([^"]*)"/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^(?:https?|mailto|data):/.test(target))
}

async function expectComplete(share: Map<string, string>) {
  for (const [name, content] of share) {
    if (!name.endsWith(".html")) continue
    for (const target of targets(content)) {
      const [file, anchor] = target.split("#")
      const page = share.get(file || name)
      expect(page !== undefined, `${name} leads to ${target}`).toBe(true)
      if (anchor) expect(page?.includes(`id="${anchor}"`), `${name} leads to ${target}`).toBe(true)
    }
  }
}

describe("every link of every page leads to a file of the share", () => {
  test.each(fixtures)("%s", async (_, exported) => expectComplete(await drawn(exported)))

  test.each(tooLong)("%s, too long to be shown whole", async (_, part) =>
    expectComplete(await drawn(session(asked("go"), answered(part)))),
  )

  test("a long prompt, and what OpenCode added to it", async () => {
    const prompt = asked(long.repeat(20), { type: "text", text: long, synthetic: true })
    await expectComplete(await drawn(session(prompt)))
  })
})

describe("a page stays small", () => {
  test.each(tooLong)("%s", async (_, part) => {
    const share = await drawn(session(asked("go"), answered(part)))
    const page = share.get("index.html")!
    expect(page.length).toBeLessThan(300_000)
    expect(page.match(/<[a-z]/g)!.length).toBeLessThan(6_000)
  })

  test("in a session of many long messages", async () => {
    const messages = Array.from({ length: 12 }, (_, i) => [
      asked(`Prompt ${i}`),
      ...tooLong.map(([, part]) => answered(part)),
    ])
    const share = await drawn(session(...messages.flat()))
    const pages = [...share].filter(([name]) => name.endsWith(".html"))
    expect(pages.length).toBeGreaterThan(3)
    for (const [name, page] of pages) {
      expect(page.length, `bytes of ${name}`).toBeLessThan(300_000)
      expect(page.match(/<[a-z]/g)!.length, `elements of ${name}`).toBeLessThan(6_000)
    }
  })
})

describe("the files", () => {
  test("come once each, attachments before the pages that show them, index.html last", async () => {
    const image = { type: "file", mime: "image/png", filename: "a.png", url: "data:image/png;base64,iVBORw0KGgo=" }
    const paths = (
      await filesOf(session(asked("one", image), asked("two", image), answered({ type: "text", text: "x" })))
    ).map(({ path }) => path)
    expect(paths).toEqual([
      expect.stringMatching(/^files\/[0-9a-f]{32}\.png$/),
      "session.json",
      "session.md",
      "index.html",
    ])
  })

  test("that hold what a browser could run are stored as plain text", async () => {
    const files = [
      "image/svg+xml",
      "text/html",
      "application/xhtml+xml",
      "text/xml",
      "application/javascript",
      "made/up",
      "",
    ].map((mime) => ({ type: "file", mime, filename: "a.html", url: `data:${mime};base64,PHNjcmlwdD4=` }))
    for (const { path, contentType } of await filesOf(session(asked("see", ...files))))
      if (path.startsWith("files/"))
        expect(contentType).toMatch(/^(?:text\/plain; charset=utf-8|application\/octet-stream)$/)
  })

  test("are the same when they are made again, by input and by content", async () => {
    const exported = fixtures.find(([name]) => name === "all-tools.json")![1]
    const inputs = async () => (await filesOf(exported)).map(({ path, input }) => [path, input])
    expect(await inputs()).toEqual(await inputs())
    expect(await drawn(exported)).toEqual(await drawn(exported))
  })

  test("session.json gives back the records as they were", async () => {
    for (const [, { info, messages }] of fixtures) {
      const record = JSON.parse((await drawn({ info, messages } as Exported)).get("session.json")!)
      expect(record).toEqual({ info, messages, children: [] })
    }
  })

  test("of an appended message leave the earlier pages' inputs alone", async () => {
    const messages = Array.from({ length: 60 }, (_, i) => [
      asked(`Prompt ${i}`),
      answered({ type: "text", text: numbered(600) }),
    ]).flat()
    const inputs = async (all: object[]) =>
      new Map((await filesOf(session(...all))).map(({ path, input }) => [path, input]))
    const [before, after] = [await inputs(messages), await inputs([...messages, asked("One more")])]
    const pages = [...before.keys()].filter((name) => /^\d+\.html$/.test(name))
    const last = pages.at(-1)!
    expect(pages.length).toBeGreaterThan(5)
    for (const name of pages) if (name !== last) expect([name, after.get(name)]).toEqual([name, before.get(name)])
    expect([...after].filter(([name, input]) => before.get(name) !== input).map(([name]) => name)).toContain(
      "session.json",
    )
  })

  test("of a session without messages are a page that says so", async () => {
    expect((await drawn(session())).get("index.html")).toContain("Nothing was said in this session.")
  })

  test("of a child session lead there and back", async () => {
    const task = called("task", {
      input: { description: "Look", prompt: "p", subagent_type: "general" },
      metadata: { sessionId: "ses_child" },
      output: "found",
    })
    const child = { info: { id: "ses_child", title: "The child", parentID: "ses_1" }, messages: [asked("p")] }
    const share = await drawn({ ...session(asked("go"), answered(task)), children: [child] })
    const page = [...share.keys()].find((name) => /^sub-[0-9a-f]{10}\.html$/.test(name))!
    expect(share.get("index.html")).toContain(`href="${page}"`)
    expect(share.get(page)).toContain('href="index.html"')
    await expectComplete(share)
  })
})
