import { expect, test } from "vitest"
import { draw, filesOf, generated } from "../draw.ts"

test.each([1, 2, 3])(
  "a page of a session of 1,000 messages has at most 300 kB and 6,000 elements (seed %d)",
  async (seed) => {
    const drawn = await draw(await filesOf(generated(1_000, seed)))
    for (const [path, html] of drawn) {
      if (!path.endsWith(".html")) continue
      expect(Buffer.byteLength(html), path).toBeLessThan(300_000)
      expect(html.match(/<[a-z]/g)!.length, path).toBeLessThan(6_000)
    }
  },
)
