import { describe, expect, it } from "vitest"
import type { ObjectStore } from "../../src/store/object-store.ts"
import { collect } from "../support/s3-here.ts"
import { bytes, html, promise } from "./contract-parts.ts"

/** Contract of every `ObjectStore` for keys and prefixes. */
export function keyContract(fresh: () => Promise<ObjectStore>): void {
  describe("keys", () => {
    const bad = [
      "",
      "/",
      "/s/x",
      "s/x/",
      "s//x",
      "../x",
      "s/../x",
      "s/./x",
      "s/..",
      ".",
      "s/a b",
      "s/ä",
      "s/a\\b",
      "s/a\0b",
      "s/a?b",
      "s/%2e%2e/x",
      "C:/x",
    ]
    it.each(bad)("refuses %j", async (key) => {
      const store = await fresh()
      await expect(promise(() => store.put(key, { ...html, body: bytes("x") }))).rejects.toMatchObject({
        code: "bad-input",
      })
      await expect(promise(() => store.get(key))).rejects.toMatchObject({ code: "bad-input" })
      await expect(promise(() => store.read(key))).rejects.toMatchObject({ code: "bad-input" })
      expect(() => store.url(key)).toThrow(expect.objectContaining({ code: "bad-input" }))
    })

    it.each(["", "/", "s", "s/abc", "/s/", "s//", "../", "s/../", "./"])(
      "refuses to list %j, which is no whole prefix",
      async (prefix) => {
        const store = await fresh()
        await expect(collect(store.list(prefix))).rejects.toMatchObject({ code: "bad-input" })
        await expect(collect(store.folders(prefix))).rejects.toMatchObject({ code: "bad-input" })
      },
    )

    it.each(["", "../x", "s/../x", "s/./x"])("refuses to delete %j", async (key) => {
      const store = await fresh()
      await expect(store.delete([{ key, size: 0 }])).rejects.toMatchObject({ code: "bad-input" })
    })

    it("has a whole address for each", async () => {
      const store = await fresh()
      const url = new URL(store.url("s/V1StGXR8_Z5jdHi6B-myT/index.html"))
      expect(url.protocol).toMatch(/^(?:https?|file):$/)
      expect(url.pathname).toMatch(/\/s\/V1StGXR8_Z5jdHi6B-myT\/index\.html$/)
    })
  })
}
