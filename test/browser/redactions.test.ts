import { describe, expect, test } from "vitest"
import { assistant, call, user } from "../render/items/parts-draw.ts"
import { executable, useBrowser } from "./open-page.ts"
import { openShare } from "./open-share.ts"

const code = 'const token = "[redacted: github token #1]" // [redacted: password #2]'
const session = {
  info: { id: "ses_1", title: "Deploy with [redacted: github token #1]", directory: "/src" },
  messages: [
    user([{ type: "text", text: "Use **[redacted: github token #1]**, not [redacted] or [redacted: ]." }]),
    assistant(
      [
        { type: "text", text: `\`\`\`ts\n${code}\n\`\`\`` },
        call("bash", { input: { command: "env" }, output: "KEY=[redacted: api key #3]", metadata: { exit: 0 } }),
      ],
      { id: "msg_2" },
    ),
  ],
}

describe.skipIf(!executable)("in Chromium", () => {
  useBrowser()

  test("highlights redaction marks everywhere, also in highlighted code and the title", async () => {
    const { page } = await openShare(session)
    const marked = () =>
      page.evaluate(() => [...(CSS.highlights.get("redacted") ?? [])].map((range) => (range as Range).toString()))
    const [token, password, key] = ["github token #1", "password #2", "api key #3"].map((name) => `[redacted: ${name}]`)
    await expect.poll(marked).toEqual([token, token, token, password, key])
  })
})
