import { gunzipSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import type { ObjectStore, ReadAnswer } from "../../src/store/object-store.ts"
import { bytes, html, png } from "./contract-parts.ts"

/** Contract of every `ObjectStore` for readers on the web. */
export function readContract(fresh: () => Promise<ObjectStore>): void {
  describe("read", () => {
    it("streams what was stored, with its type, length and entity tag", async () => {
      const store = await fresh()
      await store.put("s/one/index.html", { ...html, body: bytes("<p>Grüße</p>".repeat(2000)) })
      await store.put("s/one/files/a.png", { ...png, body: bytes("0123456789") })
      const page = await store.read("s/one/index.html")
      expect(page).toMatchObject({ status: 200, headers: { "content-type": html.contentType } })
      expect(await content(page)).toBe("<p>Grüße</p>".repeat(2000))
      const picture = await store.read("s/one/files/a.png")
      expect(picture).toMatchObject({
        status: 200,
        headers: { "content-type": "image/png", "content-length": "10", etag: expect.stringMatching(/^(?:W\/)?".+"$/) },
      })
      expect(await content(picture)).toBe("0123456789")
    })

    it("gives undefined where there is no object", async () => {
      const store = await fresh()
      await store.put("s/one/files/a.png", { ...png, body: bytes("a") })
      for (const key of ["s/one/files/b.png", "s/one/files", "s/one/files/a.png/below"]) {
        expect(await store.read(key)).toBeUndefined()
        expect(await store.read(key, { head: true })).toBeUndefined()
      }
    })

    it("says what it would give when only the head is asked for", async () => {
      const store = await fresh()
      await store.put("s/one/a.png", { ...png, body: bytes("0123456789") })
      const head = await store.read("s/one/a.png", { head: true })
      expect(head).toMatchObject({ status: 200, headers: { "content-length": "10" }, body: undefined })
    })

    it("sends nothing to who has it, until it changes", async () => {
      const store = await fresh()
      await store.put("s/one/index.html", { ...html, body: bytes("first") })
      const { headers, body } = (await store.read("s/one/index.html"))!
      await body?.cancel()
      const ifNoneMatch = headers["etag"]
      expect(ifNoneMatch).toBeDefined()
      for (const head of [false, true])
        expect(await store.read("s/one/index.html", { ifNoneMatch, head })).toMatchObject({
          status: 304,
          headers: { etag: ifNoneMatch },
          body: undefined,
        })
      await store.put("s/one/index.html", { ...html, body: bytes("second, longer") })
      expect(await content(await store.read("s/one/index.html", { ifNoneMatch }))).toBe("second, longer")
      await store.delete([{ key: "s/one/index.html", size: 0 }])
      expect(await store.read("s/one/index.html", { ifNoneMatch })).toBeUndefined()
    })

    it.each([
      ["bytes=0-3", "0123", "bytes 0-3/10"],
      ["bytes=7-", "789", "bytes 7-9/10"],
      ["bytes=-2", "89", "bytes 8-9/10"],
      ["bytes=5-500", "56789", "bytes 5-9/10"],
    ])("gives a part: %s", async (range, expected, contentRange) => {
      const store = await fresh()
      await store.put("s/one/a.png", { ...png, body: bytes("0123456789") })
      const part = await store.read("s/one/a.png", { range })
      expect(part).toMatchObject({
        status: 206,
        headers: { "content-range": contentRange, "content-length": String(expected.length) },
      })
      expect(await content(part)).toBe(expected)
    })

    it("refuses a part beyond the end, and never gives a part of what is compressed", async () => {
      const store = await fresh()
      await store.put("s/one/a.png", { ...png, body: bytes("0123456789") })
      expect(await store.read("s/one/a.png", { range: "bytes=10-" })).toMatchObject({ status: 416, body: undefined })
      await store.put("s/one/index.html", { ...html, body: bytes("0123456789") })
      const part = await store.read("s/one/index.html", { range: "bytes=0-3" })
      if (part?.headers["content-encoding"] === undefined) expect(await content(part)).toBe("0123")
      else expect(await content(part)).toBe("0123456789")
    })
  })
}

async function content(answer: ReadAnswer | undefined): Promise<string> {
  const stored = Buffer.from(await new Response(answer?.body).arrayBuffer())
  return (answer?.headers["content-encoding"] === "gzip" ? gunzipSync(stored) : stored).toString()
}
