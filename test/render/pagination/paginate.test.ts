import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { runs } from "../../support/property-runs.ts"
import { draw, filesOf, generated } from "../draw.ts"
import { assistant, call, user } from "../items/parts-draw.ts"

const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i} ${"x".repeat(60)}`).join("\n")
const part = (kind: string, size: number, i: number) =>
  kind === "text"
    ? { type: "text", text: `${lines(size)}\n\nEnd ${i}.` }
    : call("bash", { input: { command: `echo ${i}` }, output: lines(size), metadata: { exit: i % 2 } })

const made = fc.array(
  fc.record({
    role: fc.constantFrom("user", "assistant", "assistant"),
    parts: fc.array(fc.tuple(fc.constantFrom("text", "bash"), fc.constantFrom(0, 3, 50, 300)), {
      minLength: 1,
      maxLength: 30,
    }),
  }),
  { minLength: 2, maxLength: 12 },
)

const messagesOf = (list: typeof made extends fc.Arbitrary<infer T> ? T : never) =>
  list.map(({ role, parts }, m) => {
    const own = parts.flatMap(([kind, size], i) =>
      role === "user" && i > 0 ? [] : [part(role === "user" ? "text" : kind, size, i)],
    )
    const withIds = own.map((part, i) => ({ ...part, id: `prt_${m}x${i}` }))
    return (role === "user" ? user : assistant)(withIds, { id: `msg_${m}` })
  })

const pagesOf = async (messages: object[]) =>
  new Map([...(await draw(await filesOf({ messages }, { live: false })))].filter(([path]) => path.endsWith(".html")))

/** The items of a page, without the summaries that a later message may complete. */
const flowOf = (html: string) =>
  (/<div class="part"[\s\S]*<\/main>/.exec(html)?.[0] ?? "").replace(/<p class="byline">.*?<\/p>|<nav.*?<\/nav>/gs, "")

describe("a session that grows", () => {
  test("keeps all pages but the last, with every part on one page, in order", async () => {
    await fc.assert(
      fc.asyncProperty(made, fc.integer({ min: 1, max: 11 }), async (list, length) => {
        const messages = messagesOf(list)
        const [before, after] = [await pagesOf(messages.slice(0, length)), await pagesOf(messages)]
        const kept = [...before.keys()].filter((path) =>
          before.has(`${path === "index.html" ? 2 : Number.parseInt(path, 10) + 1}.html`),
        )
        for (const path of kept) expect(flowOf(after.get(path)!), path).toBe(flowOf(before.get(path)!))
        const paths = [...after.keys()].sort((a, b) => (Number.parseInt(a, 10) || 1) - (Number.parseInt(b, 10) || 1))
        const ids = paths.flatMap((path) =>
          [...after.get(path)!.matchAll(/<section[^>]* id="(prt_[\w]+)"/g)].map(([, id]) => id),
        )
        const all = messages.flatMap(({ info, parts }) =>
          "role" in info && info.role === "user" ? [] : parts.map(({ id }) => id),
        )
        expect(ids).toEqual(all)
      }),
      { numRuns: runs(12) },
    )
  })
})

test("pages are filled, and end before a prompt where they can", async () => {
  const pages = await pagesOf(generated(600, 5).messages as object[])
  const paths = Array.from({ length: pages.size }, (_, i) => (i === 0 ? "index.html" : `${i + 1}.html`))
  const inner = paths.flatMap((path) => pages.get(path) ?? []).slice(1, -1)
  expect(inner.length).toBeGreaterThan(3)
  for (const html of inner) expect(Buffer.byteLength(html)).toBeGreaterThan(120_000)
  const first = inner.map((html) => /<section class="item (\w+)/.exec(html)?.[1])
  expect(first.filter((kind) => kind === "prompt").length).toBeGreaterThan(inner.length / 2)
})
