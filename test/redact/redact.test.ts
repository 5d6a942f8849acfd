import { describe, expect, test } from "vitest"
import { type RedactOptions, redact } from "../../src/redact/redact.ts"
import { exports } from "../render/draw.ts"
import { all, exportedOf } from "../support/record.ts"
import { person, places, sessionOf } from "./corpus.ts"
import { random } from "./secrets.ts"

const say = (text: string) => places["prompt"]!(text)

/** Redacts texts as consecutive messages. */
async function redacted(texts: string[], options: RedactOptions = {}) {
  const { record, found } = await redact(sessionOf(texts.map(say)), { person, ...options })
  const messages = (await all(record.messages())) as { parts: { text: string }[] }[]
  return { texts: messages.map(({ parts }) => parts[0]!.text), found }
}

const token = () => `ghp${"_"}${random(36)}`

describe("marks", () => {
  test("a secret has one mark everywhere, also before the context that identifies it", async () => {
    const key = random(32)
    const { texts, found } = await redacted([`I see ${key} here`, `PAYMENT_API_KEY=${key}`, `?k=${key}`])
    const mark = "[redacted: key #1]"
    expect(texts).toEqual([`I see ${mark} here`, `PAYMENT_API_KEY=${mark}`, `?k=${mark}`])
    expect(found).toEqual([{ kind: "key", secrets: 1 }])
  })

  test("are numbered per kind by first appearance, and are stable when the session grows", async () => {
    const [a, b, c] = [token(), token(), random(32)]
    const first = [`${a} ${b}`, `API_KEY=${c}`]
    const { texts } = await redacted(first)
    expect(texts).toEqual(["[redacted: github token #1] [redacted: github token #2]", "API_KEY=[redacted: key #1]"])
    expect((await redacted([...first, token(), b])).texts.slice(0, 2)).toEqual(texts)
  })

  test("a short password is replaced only in its context", async () => {
    const { texts } = await redacted(["PGPASSWORD=k1tt3n psql", "a k1tt3n, and again PGPASSWORD=k1tt3n"])
    expect(texts).toEqual([
      "PGPASSWORD=[redacted: password #1] psql",
      "a k1tt3n, and again PGPASSWORD=[redacted: password #1]",
    ])
  })

  test("a command determines whether its output is a secret", async () => {
    const call = (command: string, output: string) => ({
      info: { id: "m", role: "assistant", parentID: "u", time: { created: 1, completed: 2 } },
      parts: [
        {
          id: "p",
          type: "tool",
          callID: "c",
          tool: "bash",
          state: { status: "completed", input: { command }, output },
        },
      ],
    })
    const outputOf = async (command: string, output: string) => {
      const { record } = await redact(sessionOf([call(command, output)]), { person })
      const [message] = (await all(record.messages())) as { parts: { state: { output: string } }[] }[]
      return message!.parts[0]!.state.output
    }
    expect(await outputOf("op read op://prod/db/password", "correctbatterystaple\n")).toBe(
      "[redacted: secret output #1]",
    )
    expect(await outputOf("kubectl get secret db -o json | jq -r .data.p | base64 -d", "k1tt3nz")).not.toContain(
      "k1tt3n",
    )
    expect(await outputOf("ls", "correctbatterystaple\n")).toBe("correctbatterystaple\n")
  })

  test("a secret of a subagent session is redacted in the session", async () => {
    const key = token()
    const { record } = await redact(sessionOf([say(`see ${key}`)], "A session", [say(key)]), { person })
    expect(JSON.stringify(await exportedOf(record))).not.toContain(key)
    expect(JSON.stringify((await exportedOf(record)).children)).toContain("[redacted: github token #1]")
  })

  test("a diff keeps its number of lines", async () => {
    const lines = Array.from({ length: 3 }, () => `+${random(64)}`)
    const begin = `+-----${"BEGIN"} PRIVATE KEY-----`
    const patch = [begin, ...lines, "+abc=", `+-----${"END"} PRIVATE KEY-----`].join("\n")
    const { texts } = await redacted([patch])
    expect(texts[0]!.split("\n")).toHaveLength(6)
    expect(texts[0]).not.toContain("abc=")
  })
})

describe("personal names", () => {
  test.each([
    ["/home/zoe/work/a.ts", "~/work/a.ts"],
    ["cd /home/zoe && ls", "cd ~ && ls"],
    ["file:///home/zoe/work", "file://~/work"],
    ["/Users/zoe/Library", "~/Library"],
    ["C:\\Users\\zoe\\src", "~\\src"],
    ["C:/Users/zoe/src", "~/src"],
    ["c:/Users\\zoe/src", "~/src"],
    ["file:///C:/Users/zoe/src/a.ts", "file:///~/src/a.ts"],
    ['{"p":"C:\\\\Users\\\\zoe\\\\src"}', '{"p":"~\\\\src"}'],
    ["%2Fhome%2Fzoe%2Fwork", "~%2Fwork"],
    ["/tmp/-home-zoe-work/x", "/tmp/-~-work/x"],
    ["/tmp/zoe-cache/x", "/tmp/user-cache/x"],
    ["/home/someone/.npmrc", "~/.npmrc"],
    ["https://example.com/home/zoe/page", "https://example.com/home/zoe/page"],
    ["https://github.com/zoe/repo", "https://github.com/zoe/repo"],
    ["zoe said that", "zoe said that"],
    ["/home/zoetrope", "/home/zoetrope"],
  ])("%s → %s", async (text, clean) => {
    expect((await redacted([text])).texts).toEqual([clean])
  })

  test("a common name is replaced only in home folders", async () => {
    const { texts } = await redacted(["/home/node/app /usr/bin/node"], { person: { user: "node", home: "/home/node" } })
    expect(texts).toEqual(["~/app /usr/bin/node"])
  })

  test("e-mail addresses are replaced on request", async () => {
    const text = "Ask zoe@corp.dev, not me@example.com"
    expect((await redacted([text])).texts).toEqual([text])
    expect((await redacted([text], { emails: true })).texts).toEqual([
      "Ask [redacted: e-mail address #1], not me@example.com",
    ])
  })
})

describe("custom patterns", () => {
  test("words and regular expressions are replaced everywhere", async () => {
    const { texts } = await redacted(["Falcon, ACME-12 and acme-7; acme"], { patterns: ["Falcon", "/acme-\\d+/i"] })
    expect(texts).toEqual([
      "[redacted: own pattern #1], [redacted: own pattern #2] and [redacted: own pattern #3]; acme",
    ])
  })

  test("allowed values are kept", async () => {
    const [a, b] = [token(), token()]
    const { texts } = await redacted([`${a} ${b}`], { allow: [a] })
    expect(texts).toEqual([`${a} [redacted: github token #1]`])
    expect((await redacted([`${a} ${b}`], { allow: ["/ghp_\\w+/"] })).texts).toEqual([`${a} ${b}`])
  })

  test.each([
    ["/(/", "is not a valid regular expression"],
    ["/(a+)+$/", "has nested repetitions"],
    ["/(a|a)*b/", "has nested repetitions"],
    ["/a*/", "matches the empty string"],
    ["/a/y", "has unsupported flags"],
    ["x", "is too short"],
    [`/${"a".repeat(600)}/`, "is longer than"],
  ])("%s is an error that names it", async (pattern, why) => {
    const error = await redact(sessionOf([]), { person, patterns: [pattern] }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: "bad-settings", message: expect.stringContaining(why) })
    expect((error as Error).message).toContain(pattern.slice(0, 40))
  })

  test("a pattern that times out throws bad-settings", async () => {
    const patterns = [`/${"a*".repeat(12)}b/`]
    const run = redacted(["a".repeat(4000)], { patterns })
    await expect(run).rejects.toMatchObject({ code: "bad-settings", message: expect.stringContaining("timed out") })
  }, 30_000)
})

describe("what is not redacted", () => {
  test.each(exports)("only home folders of a real session are replaced (%s)", async (_, exported) => {
    const { record, found } = await redact(await recordFrom(exported), { person })
    expect(found).toEqual([])
    const plain = (text: string) => text.replaceAll(/\/home\/(?:dana|user|zoe)(?![\w.-])/g, "~")
    const { info, messages } = await exportedOf(record)
    expect(plain(JSON.stringify({ info, messages }))).toBe(
      plain(JSON.stringify({ info: exported.info, messages: exported.messages })),
    )
  })
})

async function recordFrom(exported: object) {
  const { parseExport } = await import("../../src/session/parse-export.ts")
  return parseExport(Buffer.from(JSON.stringify(exported)), "the file")
}
