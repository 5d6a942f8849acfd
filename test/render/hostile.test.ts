import { describe, expect, test } from "vitest"
import { draw, filesOf } from "./draw.ts"
import { hostileSession, payloads } from "./hostile-session.ts"
import { expectShare } from "./page-rules.ts"

describe("a session that is hostile in every field", () => {
  test.each(Array.from({ length: 6 }, (_, round) => round))(
    "becomes pages with allowed markup only, whose links resolve (round %d)",
    async (round) => {
      const drawn = await draw(await filesOf(hostileSession(round)))
      expectShare(drawn)
      expect(JSON.parse(drawn.get("session.json")!).messages).toHaveLength(hostileSession(round).messages!.length)
    },
  )

  test("has bounded pages, except for a single message that is larger", async () => {
    for (const round of [1, 4]) {
      const drawn = await draw(await filesOf(hostileSession(round)))
      for (const [path, html] of drawn) {
        if (!path.endsWith(".html")) continue
        const messages = html.match(/<section /g)?.length ?? 0
        if (messages > 1) expect(Buffer.byteLength(html), path).toBeLessThan(900_000)
      }
    }
  })

  test("keeps every payload somewhere in session.json", async () => {
    const drawn = await draw(await filesOf(hostileSession(1)))
    const json = drawn.get("session.json")!
    for (const payload of payloads) expect(json).toContain(JSON.stringify(payload).slice(1, -1))
  })
})
