import { createHash } from "node:crypto"
import { expect, test, vi } from "vitest"
import { type Content, chunksOf, withTemporaryFiles } from "../../../src/lib/temporary-files.ts"
import { spoolText } from "../../../src/render/site/spooled-text.ts"

const textOf = async (contents: readonly Content[]) => {
  const all: Uint8Array[] = []
  for (const content of contents) for await (const piece of chunksOf(content)) all.push(piece)
  return Buffer.concat(all).toString()
}

const words = Array.from({ length: 30_000 }, (_, i) => `Wörter ${i}\n`)
const whole = words.join("")
const size = Buffer.byteLength(whole)

test.each([
  ["in memory", 10 * size, false],
  ["in a file when it gets long", size / 2, true],
  ["in a file from the first piece on", 0, true],
])("a text is the same however it is stored: %s", async (_, long, isLong) => {
  await withTemporaryFiles(async (files) => {
    const make = vi.fn(files.make)
    const text = spoolText({ ...files, make }, long)
    const places: number[] = []
    for (const [i, word] of words.entries()) {
      await text.push(word.slice(0, 3), word.slice(3))
      if (i % 7_000 === 6_999) places.push(await text.size())
    }
    const sha256 = createHash("sha256").update(whole).digest("hex")
    expect(await text.hash()).toBe(sha256)
    expect(await text.size()).toBe(size)
    const content = await text.content()
    expect(content.length).toBe(size)
    expect(await textOf([content])).toBe(whole)
    expect(make).toHaveBeenCalledTimes(isLong ? 1 : 0)
    const [from = 0, to = 0] = places.slice(1)
    expect(await textOf(await text.between(from, to))).toBe(words.slice(14_000, 21_000).join(""))

    // A second run resumes from it.
    const next = spoolText(files, long)
    await next.push(words[0]!)
    const start = await next.size()
    for (const content of await text.between(start, size)) await next.append(content)
    expect(await next.hash()).toBe(sha256)
    expect(await textOf(await next.between(0, size))).toBe(whole)
  })
})

test("a long text stays in memory if no file can be created", async () => {
  const text = spoolText({ make: () => Promise.reject(new Error("EACCES")), adopt: () => expect.fail() }, 10)
  for (const word of words) await text.push(word)
  expect(await textOf([await text.content()])).toBe(whole)
})
