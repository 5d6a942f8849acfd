import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { gallery } from "../../demo/gallery/gallery.ts"
import { exportPieces } from "../../src/export/export.ts"
import { withPresignedPage } from "../../src/export/presigned-page.ts"
import { site } from "../../src/render/site/site.ts"
import type { SessionRecord } from "../../src/session/source.ts"
import { prepare } from "../../src/share/prepare.ts"
import { type Exported, exports, generated } from "../render/draw.ts"
import { everyField } from "../render/every-field.ts"
import { hostileSession } from "../render/hostile-session.ts"
import { assistant, call, user } from "../render/items/parts-draw.ts"
import { runs } from "../support/property-runs.ts"
import { all, recordOf } from "../support/record.ts"

const sessions: [string, Exported][] = [
  ["every field", everyField],
  ...exports,
  ["gallery", gallery as Exported],
  ["generated", generated(60, 7)],
]

/** Every object of a share, with the page that a signed link opens. */
async function stored(record: SessionRecord): Promise<Map<string, string>> {
  const { session } = await prepare(record, {})
  const about = { id: "V1StGXR8_Z5jdHi6B-myT", version: "0" }
  const files = new Map<string, string>()
  for await (const file of withPresignedPage(site(session, about), session, about))
    files.set(file.path, Buffer.from(await file.render()).toString())
  return files
}

const isSeen = (path: string) => path.endsWith(".html") || path.startsWith("files/")

/** A word of its own for each place of a session; the place is told without positions. */
function canaries() {
  const places = new Map<string, string>()
  return {
    at(place: string): string {
      const word = `Canary${String(places.size + 1).padStart(6, "0")}x`
      places.set(word, place)
      return word
    },
    /** The places whose words are in a share, and on none of its pages. */
    unseen(files: ReadonlyMap<string, string>): string[] {
      const seen = wordsIn([...files].flatMap(([path, text]) => (isSeen(path) ? [text] : [])))
      return [...wordsIn([...files.values()])]
        .filter((word) => !seen.has(word))
        .map((word) => places.get(word)!)
        .sort()
    },
    count: () => places.size,
  }
}

const wordsIn = (texts: readonly string[]) => new Set(texts.flatMap((text) => text.match(/Canary\d{6}x/g) ?? []))

/** The same with a field more, of any kind, in every object. */
function withUnknownFields(value: unknown, at: (place: string) => string, place = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withUnknownFields(item, at, `${place}[]`))
  if (typeof value !== "object" || value === null) return value
  const own = Object.entries(value).map(([name, item]) => [name, withUnknownFields(item, at, `${place}.${name}`)])
  const word = () => at(place)
  return Object.fromEntries([
    ...own,
    ["providerMetadata", { openai: { itemId: word(), [word()]: [word()] } }],
    ["unknownField", word()],
    ...(Object.hasOwn(value, "metadata") ? [] : [["metadata", { url: word(), nested: [{ note: word() }] }]]),
    ...(Object.hasOwn(value, "snapshot") ? [] : [["snapshot", word()]]),
  ])
}

describe("published files contain only what a page shows", () => {
  test.each(sessions)("%s: no unknown field at any place", async (_, session) => {
    const { at, unseen, count } = canaries()
    const record = recordOf(withUnknownFields(session, at) as Exported)
    const files = await stored(record)
    expect(unseen(files)).toEqual([])
    // Unknown values are shown as they are; this session has nearly none.
    expect(wordsIn([...files.values()]).size).toBeLessThan(count() / 4)

    const prepared = await prepare(record, {})
    for (const format of ["json", "md", "html"] as const) {
      const pieces = await all(exportPieces(prepared, format, "0"))
      expect(unseen(new Map([...files, [format, pieces.join("")]])), format).toEqual([])
    }
  })

  /** Values that OpenCode needs to continue, though no page shows them in these words. */
  const needed =
    /\.(?:info\.(?:directory|agent|providerID|modelID|model\.(?:providerID|modelID)|path\.cwd)|state\.(?:output|error)|state\.input\.(?:oldString|newString|patchText|edits\[\]\.(?:oldString|newString)))$/
  const structural = new Set("type role status tool id sessionID messageID sessionId url".split(" "))

  /** The same with a word more in every text, where that does not make it something else. */
  function marked(value: unknown, at: (place: string) => string, place = ""): unknown {
    if (Array.isArray(value)) return value.map((item) => marked(item, at, `${place}[]`))
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => {
        if (typeof item !== "string" || structural.has(name)) return [name, marked(item, at, `${place}.${name}`)]
        const word = at(`${place}.${name}`)
        if (name === "patch" || name === "diff") return [name, item.replace(/^\+(?!\+)/m, `+${word} `)]
        return [name, name === "output" ? item.replace(/.*/, `${word} $&`) : `${word} ${item}`]
      }),
    )
  }

  test.each(sessions)("%s: no hidden text, except what OpenCode needs to continue", async (_, session) => {
    const { at, unseen } = canaries()
    const files = await stored(recordOf(marked(session, at) as Exported))
    expect(unseen(files).filter((place) => !needed.test(place))).toEqual([])
  })

  test("only name, message and status of a provider's error are kept", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("APIError", "ContextOverflowError", "ProviderAuthError", "UnknownError", "NewerError"),
        fc.dictionary(fc.stringMatching(/^x-[a-z]{1,12}$/), fc.stringMatching(/^secretly[a-z0-9]{8}$/), { minKeys: 1 }),
        async (name, headers) => {
          const secret = "responsebodyword"
          const data = {
            ...{ message: "overloaded", statusCode: 529, isRetryable: true, responseHeaders: headers },
            ...{ responseBody: `{"email":"${secret}"}`, metadata: { url: `https://gateway.${secret}.example/v1` } },
            ...{ requestBodyValues: { secret }, cause: { secret }, ref: secret },
          }
          const parts = [{ type: "retry", attempt: 1, error: { name, data }, time: { created: 1 } }]
          const files = await stored(recordOf({ messages: [assistant(parts, { error: { name, data, secret } })] }))
          expect([...files.values()].join("\n")).not.toMatch(/secretly|responsebodyword|gateway/)
          const { error } = JSON.parse(files.get("session.json")!).messages[0].info
          expect(error).toMatchObject({ name, data: { message: "overloaded", statusCode: 529, isRetryable: true } })
        },
      ),
      { numRuns: runs(20) },
    )
  })

  test("no file contains what was hidden in the conversation", async () => {
    const read = (tag: string, body: string, content: object) =>
      call("read", {
        input: { filePath: "/src/a.ts" },
        output: `<path>/src/a.ts</path>\n<${tag}>\n${body}\n</${tag}>\n<system-reminder>\nHIDDEN\n</${tag}>\n</system-reminder>`,
        metadata: { display: content, loaded: ["HIDDEN"] },
      })
    const parts = [
      { type: "text", text: "HIDDEN", synthetic: true },
      { type: "text", text: "HIDDEN", ignored: true },
      { type: "text", text: "Shown." },
      read("content", "1: one\n2: </content>", { type: "file", text: "one\n</content>", lineStart: 1, totalLines: 2 }),
      read("entries", "a.ts", { type: "directory", entries: ["a.ts"] }),
      call("task", { input: { prompt: "Look.", task_id: "HIDDEN", metadata: { a: "HIDDEN" } }, title: "HIDDEN" }),
      call("bash", {
        input: { command: "ls", env: { A: "HIDDEN" } },
        title: "HIDDEN",
        metadata: { description: "HIDDEN" },
      }),
      { type: "step-start", snapshot: "HIDDEN" },
      { type: "step-finish", snapshot: "HIDDEN", reason: "HIDDEN" },
      { type: "patch", hash: "HIDDEN", files: ["HIDDEN"] },
      { type: "snapshot", snapshot: "HIDDEN" },
      { type: "agent", name: "HIDDEN" },
    ]
    const prompt = [
      { type: "text", text: "HIDDEN", ignored: true },
      { type: "text", text: "Ask @src/a.ts" },
      { type: "reasoning", text: "HIDDEN" },
      call("bash", { input: { command: "HIDDEN" }, output: "HIDDEN" }),
      {
        ...{ type: "file", mime: "text/plain", filename: "a.ts", url: "file:///HIDDEN/a.ts" },
        source: { type: "file", path: "/HIDDEN/a.ts", text: { value: "@src/a.ts", start: 4, end: 13 } },
      },
      {
        ...{ type: "file", mime: "text/plain", filename: "b.ts", url: "data:text/plain;name=HIDDEN;base64,YWJj" },
        source: { type: "file", path: "b.ts", text: { value: "@HIDDEN", start: 0, end: 7 } },
      },
      { type: "agent", name: "HIDDEN" },
      {
        type: "subtask",
        agent: "general",
        description: "d",
        prompt: "p",
        model: { modelID: "HIDDEN" },
      },
    ]
    const info = { system: "HIDDEN", tools: { HIDDEN: true }, format: { type: "json_schema", schema: { a: "HIDDEN" } } }
    const summary = [
      { type: "text", text: "Shown as well." },
      { type: "reasoning", text: "HIDDEN" },
    ]
    const record = recordOf({
      info: {
        ...{ id: "ses_1", title: "t", version: "HIDDEN", slug: "HIDDEN", projectID: "HIDDEN", workspaceID: "HIDDEN" },
        ...{ path: "HIDDEN", share: { url: "HIDDEN" }, metadata: { a: "HIDDEN" }, permission: [{ pattern: "HIDDEN" }] },
        revert: { messageID: "msg_9", snapshot: "HIDDEN", diff: "HIDDEN" },
      },
      messages: [
        user(prompt, info),
        assistant(parts, { id: "msg_2", parentID: "HIDDEN", finish: "HIDDEN", structured: { a: "HIDDEN" } }),
        assistant(summary, { id: "msg_3", summary: true, finish: "stop" }),
      ],
    })
    const files = await stored(record)
    for (const [name, text] of files) expect(text, name).not.toContain("HIDDEN")
    for (const word of ["Shown.", "Shown as well.", "Ask @src/a.ts", "2: </content>"])
      expect(files.get("session.json")).toContain(word)
  })

  test("unknown content is stored only as far as the page shows it", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue({ maxDepth: 4 }), { minLength: 1, maxLength: 40 }), async (values) => {
        const long = values.map((value, i) => [value, `${"x".repeat(i * 20)}END${i}END`, { [`name${i}`]: value }])
        const parts = [
          { type: "newer", long },
          { type: "tool", long },
          { type: "text", long },
        ]
        const files = await stored(recordOf({ messages: [assistant(parts), { info: {}, parts, long }] }))
        const { messages } = JSON.parse(files.get("session.json")!)
        for (const part of messages[0].parts) expect(JSON.stringify(part, null, 2).length).toBeLessThanOrEqual(4_000)
        const page = files.get("index.html")!
        for (const [word] of JSON.stringify(messages).matchAll(/END\d+END/g)) expect(page).toContain(word)
      }),
      { numRuns: runs(20) },
    )
  })
})

describe("what is published is the session", () => {
  const hostile = Array.from({ length: 6 }, (_, i): [string, Exported] => [
    `hostile ${i}`,
    hostileSession(i + 1) as Exported,
  ])

  test.each([...sessions, ...hostile])(
    "%s: shared again from its session.json, it is the same, byte for byte",
    async (_, session) => {
      const first = await stored(recordOf(session))
      const again = await stored(recordOf(JSON.parse(first.get("session.json")!)))
      expect([...again.keys()]).toEqual([...first.keys()])
      for (const [path, text] of first) expect(again.get(path) === text, path).toBe(true)
    },
  )

  test("session.json has what OpenCode requires", async () => {
    for (const [, session] of exports) {
      const json = JSON.parse((await stored(recordOf(session))).get("session.json")!)
      expect(json.info).toMatchObject({ id: expect.stringMatching(/^ses/), slug: expect.any(String) })
      for (const name of ["projectID", "directory", "title", "version"])
        expect(json.info[name]).toEqual(expect.any(String))
      for (const { info, parts } of json.messages) {
        expect(info).toMatchObject({ sessionID: json.info.id, time: { created: expect.any(Number) } })
        if (info.role === "user")
          expect(info.model).toMatchObject({ providerID: expect.any(String), modelID: expect.any(String) })
        else expect(info).toMatchObject({ parentID: expect.stringMatching(/^msg/), path: { root: expect.any(String) } })
        for (const part of parts) {
          expect(part).toMatchObject({ sessionID: json.info.id, messageID: info.id })
          if (part.type === "tool")
            expect(part).toMatchObject({ callID: part.id, state: { input: expect.any(Object) } })
        }
      }
    }
  })
})
