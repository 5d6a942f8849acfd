import { describe, expect, it } from "vitest"
import { collect } from "../support/s3-here.ts"
import { bytes, inParallel, type Lacks, ownName, png, type StoreUnderTest, text } from "./contract-parts.ts"

/** Contract of every `ObjectStore` that keeps old versions. */
export function versionContract(placeOf: () => StoreUnderTest, lacks: Lacks): void {
  describe("a bucket that keeps versions", () => {
    if (lacks.openVersioned !== undefined) {
      it(`does not exist here: ${lacks.openVersioned}`, () => expect(placeOf().openVersioned).toBeUndefined())
      return
    }
    const versioned = async () => (await placeOf().openVersioned?.(ownName()))!

    it("is listed with old versions and delete markers, and emptied of all of them", async () => {
      const store = await versioned()
      for (const body of ["1", "2", "3"]) await store.put("s/one/a", { ...png, body: bytes(body) })
      await store.put("s/one/b", { ...png, body: bytes("b") })
      await store.put("s/one2/a", { ...png, body: bytes("stays") })
      // Without its version, a delete only hides, and leaves a marker.
      const hide = store.delete([{ key: "s/one/b", size: 1 }])
      if (lacks.tellsHidden === undefined) await expect(hide).rejects.toMatchObject({ code: "left-behind" })
      else await hide
      expect(await store.get("s/one/b")).toBeUndefined()

      const listed = await collect(store.list("s/one/"))
      expect(listed.map(({ key }) => key).sort()).toEqual(["s/one/a", "s/one/a", "s/one/a", "s/one/b", "s/one/b"])
      expect(new Set(listed.map(({ key, version }) => `${key} ${version}`)).size).toBe(5)
      expect(await collect(store.folders("s/"))).toEqual(expect.arrayContaining(["one", "one2"]))

      await store.delete(listed)
      expect(await collect(store.list("s/one/"))).toEqual([])
      expect(text(await store.get("s/one2/a"))).toBe("stays")
      await store.delete(listed)
      expect(await collect(store.list("s/one/"))).toEqual([])
    })

    it("is listed whole when its versions fill more than a page", async () => {
      const store = await versioned()
      const writes = Array.from({ length: 1200 }, (_, number) => `s/many/${number % 600}`)
      await inParallel(16, writes.slice(0, 600), (key) => store.put(key, { ...png, body: bytes("1") }))
      await inParallel(16, writes.slice(600), (key) => store.put(key, { ...png, body: bytes("2") }))
      const listed = await collect(store.list("s/many/"))
      expect(new Set(listed.map(({ key, version }) => `${key} ${version}`)).size).toBe(1200)
      expect(listed.length).toBe(1200)
      await store.delete(listed)
      expect(await collect(store.list("s/many/"))).toEqual([])
    })
  })
}
