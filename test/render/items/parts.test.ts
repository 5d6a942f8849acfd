import { describe, expect, test } from "vitest"
import { assistant, shown, user } from "./parts-draw.ts"

const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
const text = (content: string, more: object = {}) => ({ type: "text", text: content, ...more })
const file = (mime: string, filename: string, url: string) => ({ type: "file", mime, filename, url })
const base64 = (mime: string, content: string) => `data:${mime};base64,${Buffer.from(content).toString("base64")}`

// The gallery covers the usual forms of every part; these are the others.
const parts: [string, object][] = [
  ["text that is to be ignored", user([text("Hidden", { ignored: true }), text("Shown")])],
  ["an answer that is empty", assistant([text("  ")])],
  ["an SVG, as text", user([file("image/svg+xml", "a.svg", base64("image/svg+xml", "<svg onload='alert(1)'/>"))])],
  ["HTML, as text", user([file("text/html", "a.html", base64("text/html", "<script>alert(1)</script>"))])],
  [
    "a file of a kind that is not known",
    user([file("application/x-thing", "a.thing", base64("application/x-thing", "a"))]),
  ],
  ["a file whose content is broken", user([file("image/png", "a.png", "data:image/png;base64,")])],
  ["a file whose content is no data URL", user([file("text/plain", "a.txt", "data:text/plain,%E0%A4%A")])],
  ["a file on the disk", user([file("text/plain", "math.ts", "file:///home/dana/src/calc/src/math.ts")])],
  ["a file on the web", user([file("image/png", "a.png", "https://pictures.example/a.png")])],
  ["a file without a name", user([file("image/png", "", `data:image/png;base64,${png}`)])],
  [
    "an error of the model's service",
    assistant([], {
      error: {
        name: "APIError",
        data: { message: "Invalid key", statusCode: 401, responseHeaders: { "x-secret": "secret" } },
      },
    }),
  ],
  ["a message that is malformed", { info: { id: "msg_1", role: "oracle" }, parts: [] }],
]

describe("a page shows", () => {
  test.each(parts)("%s", async (name, message) => {
    const items = await shown(message)
    if (/SVG|HTML/.test(name)) expect(items).toMatch(/href="files\/[0-9a-f]{32}\.txt"/)
    if (/broken|no data URL|on the disk/.test(name)) expect(items).not.toMatch(/href="files|src=/)
    if (name.includes("on the web")) expect(items).toContain('rel="noopener noreferrer nofollow"')
    expect(items).not.toMatch(/secret|\/home\/dana/)
    expect(items).toMatchSnapshot()
  })
})

test.each(["[Image 1]", "[PDF 2]", "[Image #3]", "@src/a.ts", "@a|b (c)"])(
  "a short prompt that mentions %s is shown as a prompt",
  async (mention) => {
    const file = { type: "file", mime: "image/png", filename: "a.png", url: "data:image/png;base64,iVBORw0KGgo=" }
    const source = { type: "file", path: "a.png", text: { value: mention, start: 0, end: mention.length } }
    const items = await shown(
      user([
        { type: "text", text: `**See** ${mention}, and ${mention} again.` },
        { ...file, source },
      ]),
    )
    const span = `<span class="mention">${mention}</span>`
    expect(items).toContain(`<p><strong>See</strong> ${span}, and ${span} again.</p>`)
  },
)
