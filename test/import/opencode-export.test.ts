import { describe, expect, test } from "vitest"
import { toOpencodeExports } from "../../src/import/opencode-export.ts"
import { normalizeSession } from "../../src/session/normalize.ts"
import { prepare } from "../../src/share/prepare.ts"
import { type Exported, exports } from "../render/draw.ts"
import { hostileSession } from "../render/hostile-session.ts"
import { all, recordOf } from "../support/record.ts"

const converted = (exported: Exported) => all(toOpencodeExports(normalizeSession(recordOf(exported))))

describe("the file for OpenCode's import", () => {
  test.each(exports)("%s: has all messages and parts unchanged", async (_, exported) => {
    const [own] = await converted(exported)
    expect(own).toMatchObject({ messages: exported.messages!.length, unknown: 0 })
    const { messages } = own!.exported as unknown as { messages: { parts: { type: string; text?: string }[] }[] }
    const texts = (of: unknown[]) =>
      of.flatMap((message) => (message as { parts: { text?: string }[] }).parts.flatMap(({ text }) => text ?? []))
    expect(texts(messages)).toEqual(texts(exported.messages!))
  })

  test("has subagents' sessions after their parents, which they name", async () => {
    const [own, child] = await converted(exports[0]![1])
    expect(child!.exported["info"]).toMatchObject({ parentID: own!.id })
  })

  test("has no permissions and no data of the sharing user", async () => {
    const info = {
      ...{
        id: "ses_1",
        title: "t",
        share: { url: "https://x" },
        permission: [{ permission: "*", pattern: "*", action: "allow" }],
      },
      ...{
        workspaceID: "w",
        metadata: { a: 1 },
        revert: { messageID: "msg_9" },
        time: { created: 1, updated: 2, archived: 3 },
      },
    }
    const [own] = await converted({ info, messages: [] })
    expect(own!.exported["info"]).toEqual({
      ...{
        id: "ses_1",
        slug: "ses_1",
        projectID: "global",
        directory: "",
        title: "t",
        version: "",
        cost: 0,
        tokens: { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } },
        time: { created: 1, updated: 2 },
      },
    })
  })

  test("takes what a published record lacks from its messages", async () => {
    for (const [, exported] of exports) {
      const { session } = await prepare(recordOf(exported), {})
      const [own] = await all(toOpencodeExports(session))
      const { cost, tokens, agent, model } = exported.info as { [name: string]: unknown }
      const { id, providerID } = model as { [name: string]: unknown }
      expect(own!.exported["info"]).toMatchObject({ tokens, agent, model: { id, providerID } })
      expect((own!.exported["info"] as { cost: number }).cost).toBeCloseTo(cost as number)
    }
  })

  test("replaces a remote file by a note", async () => {
    const file = (mime: string, url: string, i: number) => ({
      id: `prt_${i}`,
      type: "file",
      mime,
      filename: "a.x",
      url,
    })
    const parts = [
      file("image/png", "http://169.254.169.254/", 1),
      file("application/pdf", "file:///etc/passwd", 2),
      file("text/plain", "file:///src/a.ts", 3),
      file("image/png", "data:image/png;base64,AA==", 4),
    ]
    const [own] = await converted({ messages: [{ info: { id: "msg_1", role: "user" }, parts }] })
    const [message] = own!.exported["messages"] as { parts: { type: string; url?: string }[] }[]
    expect(message!.parts.map(({ type, url }) => url ?? type)).toEqual([
      "text",
      "text",
      "file:///src/a.ts",
      "data:image/png;base64,AA==",
    ])
  })

  test("is valid for broken, old and hostile sessions", async () => {
    const odd = [
      null,
      1,
      {},
      { info: { role: "user" }, parts: [{ type: "text", text: "x" }, null, { type: "tool", tool: "x", state: {} }] },
    ]
    for (const exported of [
      hostileSession(1),
      { messages: odd },
      { messages: [{ info: { role: "assistant" }, parts: "text" }] },
    ])
      for (const { exported: found } of await converted(exported as Exported)) {
        expect((found["info"] as { id: string }).id).toMatch(/^ses/)
        for (const { info, parts } of found["messages"] as { info: { id: string }; parts: { id: string }[] }[]) {
          expect(info.id).toMatch(/^msg/)
          for (const part of parts) expect(part.id).toMatch(/^prt/)
        }
      }
  })
})
