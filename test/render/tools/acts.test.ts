import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { sessionMarkdown } from "../../../src/render/site/session-documents.ts"
import { publishedTool } from "../../../src/render/tools/published-tool.ts"
import { normalizeSession } from "../../../src/session/normalize.ts"
import { published } from "../../../src/session/published.ts"
import { runs } from "../../support/property-runs.ts"
import { all, recordOf } from "../../support/record.ts"
import { draw, type Exported, filesOf } from "../draw.ts"
import { assistant, call, shown, user } from "../items/parts-draw.ts"

const word = fc.stringMatching(/^[a-z]{4,12}$/)
const text = (part: string, more: object = {}) => ({ type: "text", text: part, ...more })
const note = "The following tool was executed by the user"

/** Pages without markup, and session.md. */
async function told(exported: Exported): Promise<{ page: string; failures: string; markdown: string; json: string }> {
  const drawn = await draw(await filesOf(exported))
  const page = drawn.get("index.html")!
  const failures = /<h2[^>]*>Failed steps[\s\S]*?<\/ol>/.exec(page)?.[0] ?? ""
  return { page, failures, markdown: drawn.get("session.md")!, json: drawn.get("session.json")! }
}

describe("a command of the user's", () => {
  /** The same command as both generations record it, after a step of the agent's. */
  const v1 = (command: string, exit: number): Exported => ({
    info: { id: "ses_1", title: "t", directory: "/p" },
    messages: [
      user([text("Go on.")], { id: "msg_1" }),
      assistant([call("bash", { input: { command: "agents" }, output: "", metadata: { exit: 0 } })], { id: "msg_2" }),
      user([text(note, { synthetic: true })], { id: "msg_3" }),
      assistant([{ id: "prt_9", ...call("bash", { input: { command }, output: "said", metadata: { exit } }) }], {
        id: "msg_4",
        parentID: "msg_3",
      }),
    ],
  })
  const v2 = (command: string, exit: number): Exported => ({
    info: { id: "ses_1", title: "t", location: { directory: "/p" }, time: { created: 1, updated: 2 } },
    messages: [
      { id: "msg_1", type: "user", time: { created: 1 }, text: "Go on." },
      {
        ...{ id: "msg_2", type: "assistant", time: { created: 2, completed: 3 }, agent: "build", model: { id: "m" } },
        content: [
          {
            ...{ type: "tool", id: "call_1", name: "shell", time: { created: 2, completed: 3 } },
            state: { status: "completed", input: { command: "agents" }, content: [], metadata: { exit: 0 } },
          },
        ],
      },
      {
        ...{ id: "msg_4", type: "shell", time: { created: 4, completed: 5 }, command, status: "exited", exit },
        output: { output: "said", cursor: 4, size: 4, truncated: false },
      },
    ],
  })

  test("is the user's on the page, in counts and in Markdown, and never a failure of the agent", async () => {
    await fc.assert(
      fc.asyncProperty(word, fc.integer({ min: 0, max: 255 }), fc.constantFrom(v1, v2), async (name, exit, record) => {
        const { page, failures, markdown } = await told(record(`./${name}`, exit))
        expect(page).toMatch(/>User ran<\/span>/)
        expect(page).toContain("1 step: ran 1 command. The user ran 1 command.")
        expect(page).not.toContain(note)
        expect(failures).toBe("")
        expect(markdown).toContain(`## User ran \`./${name}\` (exit ${exit})`)
        expect(markdown).toContain("### Ran `agents` (exit 0)")
      }),
      { numRuns: runs(20) },
    )
  })

  test("stays the user's when session.json is shared again", async () => {
    const once = published(normalizeSession(recordOf(v1("./x", 1))), publishedTool)
    const again = published(
      normalizeSession(
        recordOf({ info: once.info.raw as object, messages: (await all(once.messages())).map(({ raw }) => raw) }),
      ),
      publishedTool,
    )
    const markdown = (await all(sessionMarkdown(again))).join("")
    expect(markdown).toContain("## User ran `./x` (exit 1)")
    expect(markdown).toBe((await all(sessionMarkdown(once))).join(""))
  })
})

describe("a call that was denied", () => {
  const rejected = "The user rejected permission to use this specific tool call"
  const calls: [string, object][] = [
    ["bash", { command: "kubectl apply" }],
    ["edit", { filePath: "/p/.env", oldString: "A", newString: "B" }],
    ["read", { filePath: "/etc/shadow" }],
    ["task", { description: "Look", prompt: "Look." }],
    ["webfetch", { url: "https://a.example" }],
    ["gauges_delete", { station: 1 }],
  ]

  test("is shown as not run, with who denied it and why, and does not count as a failure", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...calls),
        fc.constantFrom("", "Error: "),
        fc.option(word, { nil: undefined }),
        async ([name, input], prefix, feedback) => {
          const error =
            prefix + rejected + (feedback === undefined ? "." : ` with the following feedback: Use ${feedback}.`)
          const { page, failures, markdown } = await told({
            info: { id: "ses_1", title: "t", directory: "/p" },
            messages: [
              user([text("Go.")]),
              assistant([call(name, { status: "error", input, error })], { id: "msg_2" }),
            ],
          })
          expect(page).toMatch(/>Denied<\/span>/)
          expect(page).toContain("by the user")
          expect(page).toContain("1 step: was denied 1 call.")
          expect(page).not.toContain("rejected permission")
          expect(page).not.toMatch(/item step[^"]* bad/)
          expect(failures).toBe("")
          if (feedback !== undefined) expect(page).toContain(`<p>Use ${feedback}.</p>`)
          expect(markdown).toMatch(/^### Denied .*\(by the user\)$/m)
        },
      ),
      { numRuns: runs(30) },
    )
  })

  test("by a rule names the rule", async () => {
    const rule = '[{"permission":"edit","pattern":"*.env","action":"deny"}]'
    const error = `The user has specified a rule which prevents you from using this specific tool call. Here are some of the relevant rules ${rule}`
    const items = await shown(assistant([call("edit", { status: "error", input: calls[1]![1], error })]))
    expect(items).toContain("edit *.env: deny")
    expect(items).toContain("by a rule")
  })
})

describe("text that was put into a user's message", () => {
  test("is folded and not part of the prompt, wherever it is", async () => {
    const element = fc.constantFrom("system-reminder", "task-notification")
    await fc.assert(
      fc.asyncProperty(
        word,
        word.map((name) => `put${name}in`),
        element,
        fc.integer({ min: 0, max: 2 }),
        async (own, inserted, name, at) => {
          const reminder = `<${name}>\n${inserted}\n</${name}>`
          const prompt = [
            [reminder, own],
            [own, reminder],
            [`${own} a`, reminder, "b"],
          ][at]!.join("\n")
          const { page, markdown } = await told({ messages: [user([text(prompt)])] })
          const body = /<div class="prose ask[^>]*>([\s\S]*?)<\/div>/.exec(page)![1]
          expect(body).toContain(own)
          expect(body).not.toContain(inserted)
          expect(page).toMatch(new RegExp(`Added by OpenCode[\\s\\S]*${inserted}`))
          expect(markdown).toContain("## Prompt 1")
          expect(markdown).not.toContain(inserted)
        },
      ),
      { numRuns: runs(20) },
    )
  })

  test.each([
    "<system-reminder>Build done.</system-reminder>",
    ' <task id="ses_1" state="completed">\nDone.\n</task>\n',
    '<subagent sessionID="ses_1" state="completed">Done.</subagent>',
  ])("alone is not a prompt: %s", async (notice) => {
    const { page, markdown } = await told({ messages: [user([text("Go.")]), user([text(notice)], { id: "msg_2" })] })
    expect(page).toContain("1 asked")
    expect(markdown).not.toContain("Prompt 2")
  })

  test.each(["Why does <task> stay open?", "<system-reminder> is never closed", "a <task>b</task> c"])(
    "is not assumed: %s",
    async (prompt) => {
      const { page } = await told({ messages: [user([text(prompt)])] })
      expect(page).not.toContain("Added by OpenCode")
      expect(page).toContain(prompt.replaceAll("<", "&lt;").replaceAll(">", "&gt;"))
    },
  )
})

test("a slash command shows as what was typed, its template folded", async () => {
  const part = {
    type: "subtask",
    agent: "reviewer",
    description: "the login form",
    command: "review",
    prompt: "You are…",
  }
  const { page, json } = await told({ messages: [user([part])] })
  expect(page).toMatch(/<div class="prose ask[^>]*><p>\/review the login form<\/p>/)
  expect(page).toMatch(/<details class="hidden">[\s\S]*You are…/)
  expect(JSON.parse(json).messages[0].parts[0]).toMatchObject({ command: "review" })
})
