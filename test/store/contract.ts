import { randomBytes } from "node:crypto"
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { StoredObject } from "../../src/store/object-store.ts"
import { runs } from "../support/property-runs.ts"
import { collect } from "../support/s3-here.ts"
import { keyContract } from "./contract-keys.ts"
import {
  bytes,
  html,
  inParallel,
  inPieces,
  keys,
  type Lacks,
  ownName,
  png,
  type StoreUnderTest,
  same,
  text,
} from "./contract-parts.ts"
import { readContract } from "./contract-read.ts"
import { versionContract } from "./contract-versions.ts"

/** Runs what every `ObjectStore` promises on one place. */
export function storeContract(name: string, setUp: () => Promise<StoreUnderTest>, lacks: Lacks = {}): void {
  describe(`store: ${name}`, () => {
    let place: StoreUnderTest
    beforeAll(async () => {
      place = await setUp()
    })
    afterAll(() => place?.close())

    /** A store in a folder of its own. */
    const fresh = () => place.open(ownName())

    describe("put and get", () => {
      const samples: [string, StoredObject & { body: Uint8Array }][] = [
        ["text", { ...html, body: bytes("<p>Hello</p>") }],
        ["text in many scripts", { ...html, body: bytes("Grüße, 世界, مرحبا, 🎉, \u0000\u202e") }],
        ["bytes of every value", { ...png, body: Uint8Array.from({ length: 256 }, (_, value) => value) }],
        ["bytes that look like gzip", { ...png, body: Uint8Array.of(0x1f, 0x8b, 8, 0, 1, 2, 3) }],
        ["nothing", { ...png, body: new Uint8Array() }],
        ["empty text", { ...html, body: new Uint8Array() }],
        ["a megabyte of noise", { ...png, body: randomBytes(1 << 20) }],
        ["a megabyte of text", { ...html, body: bytes("0123456789abcde\n".repeat(1 << 16)) }],
        ["a view into a larger buffer", { ...png, body: Buffer.from("outside-inside-outside").subarray(8, 14) }],
      ]
      it.each(samples)("gives back %s", async (_, object) => {
        const store = await fresh()
        await store.put("s/one/object", object)
        expect(same(await store.get("s/one/object"), object.body)).toBe(true)
      })

      it.each([
        ["text", html],
        ["anything else", png],
      ])("gives back long content, which is not given in one piece: %s", async (_, about) => {
        const store = await fresh()
        const part = randomBytes(300_000).toString("hex")
        await store.put("s/one/object", { ...about, body: inPieces(part, "", part.slice(1)) })
        expect(text(await store.get("s/one/object"))).toBe(part + part.slice(1))
      })

      it("replaces what was there", async () => {
        const store = await fresh()
        await store.put("s/one/index.html", { ...html, body: bytes("a long first version") })
        await store.put("s/one/index.html", { ...html, body: bytes("second") })
        expect(text(await store.get("s/one/index.html"))).toBe("second")
        expect(await keys(store.list("s/one/"))).toEqual(["s/one/index.html"])
      })

      it("gives undefined where there is no object", async () => {
        const store = await fresh()
        expect(await store.get("s/one/index.html")).toBeUndefined()
        await store.put("s/one/files/a.png", { ...png, body: bytes("a") })
        expect(await store.get("s/one/files/b.png")).toBeUndefined()
        expect(await store.get("s/one/files/a.png/below")).toBeUndefined()
      })

      it("takes many at once", async () => {
        const store = await fresh()
        const some = Array.from({ length: 40 }, (_, number) => `s/one/${number % 5}/${number}.html`)
        await Promise.all(some.map((key) => store.put(key, { ...html, body: bytes(key) })))
        for (const key of some) expect(text(await store.get(key))).toBe(key)
      })
    })

    describe("what a reader is told", () => {
      if (lacks.headers !== undefined) {
        it(`is not for the store to say: ${lacks.headers}`, () => expect(place.headers).toBeUndefined())
        return
      }
      it("is the type and the cache control that were given", async () => {
        const folder = ownName()
        const store = await place.open(folder)
        await store.put("s/one/index.html", { ...html, body: bytes("<p>") })
        await store.put("s/one/a.png", { ...png, body: bytes("a") })
        expect(await place.headers?.(folder, "s/one/index.html")).toEqual({ ...html, contentEncoding: "gzip" })
        expect(await place.headers?.(folder, "s/one/a.png")).toEqual({ ...png, contentEncoding: undefined })
      })
    })

    describe("list", () => {
      it("shows nothing where nothing is", async () => {
        expect(await keys((await fresh()).list("s/one/"))).toEqual([])
      })

      it("shows what is at any depth below the prefix, once each, with its size as stored", async () => {
        const store = await fresh()
        const some = ["s/one/index.html", "s/one/files/a.png", "s/one/files/deep/er/b.png", "s/one/-_.html"]
        for (const key of some) await store.put(key, { ...png, body: bytes(key) })
        const listed = await collect(store.list("s/one/"))
        expect(listed.map(({ key }) => key).sort()).toEqual(some.toSorted())
        for (const { key, size } of listed) expect(size).toBe(key.length)
      })

      it("does not mistake a key that begins alike for one below the prefix", async () => {
        const store = await fresh()
        for (const key of ["s/abc/x", "s/abcd/x", "s/abc.d/x", "s/ab/x", "t/s/abc/x"])
          await store.put(key, { ...png, body: bytes(key) })
        expect(await keys(store.list("s/abc/"))).toEqual(["s/abc/x"])
      })

      it("is not shown another folder of the same place", async () => {
        const folder = ownName()
        const [store, neighbour, below] = [
          await place.open(folder),
          await place.open(`${folder}2`),
          await place.open(`${folder}/s`),
        ]
        await neighbour.put("s/abc/x", { ...png, body: bytes("neighbour") })
        await below.put("s/abc/x", { ...png, body: bytes("below") })
        expect(await keys(store.list("s/abc/"))).toEqual([])
        expect(await keys(store.list("s/s/"))).toEqual(["s/s/abc/x"])
      })

      it("names the folders directly below a prefix", async () => {
        const store = await fresh()
        for (const key of ["s/abc/x", "s/abc/y/z", "s/abcd/x", "s/loose", "t/other/x"])
          await store.put(key, { ...png, body: bytes(key) })
        expect((await collect(store.folders("s/"))).sort()).toEqual(["abc", "abcd"])
        expect(await collect(store.folders("u/"))).toEqual([])
        await store.delete(await collect(store.list("s/abc/")))
        expect(await collect(store.folders("s/"))).toEqual(["abcd"])
      })
    })

    it("lists and deletes 1,200 objects, more than a page and a batch hold", async () => {
      const store = await fresh()
      const many = Array.from({ length: 1200 }, (_, number) => `s/many/${number}.html`)
      await inParallel(16, many, (key) => store.put(key, { ...png, body: bytes("x") }))
      await store.put("s/many2/stays", { ...png, body: bytes("x") })
      const listed = await collect(store.list("s/many/"))
      expect(listed.map(({ key }) => key).sort()).toEqual(many.toSorted())
      await store.delete(listed)
      expect(await keys(store.list("s/many/"))).toEqual([])
      expect(await collect(store.folders("s/"))).toEqual(["many2"])
    })

    describe("delete", () => {
      it("deletes what it is given and nothing else", async () => {
        const store = await fresh()
        for (const key of ["s/one/a", "s/one/b", "s/one/ab", "s/one/a.b"])
          await store.put(key, { ...png, body: bytes(key) })
        await store.delete((await collect(store.list("s/one/"))).filter(({ key }) => key === "s/one/a"))
        expect(await keys(store.list("s/one/"))).toEqual(["s/one/a.b", "s/one/ab", "s/one/b"])
        expect(await store.get("s/one/a")).toBeUndefined()
      })

      it("takes what is already gone, and nothing at all, for done", async () => {
        const store = await fresh()
        await store.put("s/one/a", { ...png, body: bytes("a") })
        const listed = await collect(store.list("s/one/"))
        await store.delete([])
        await store.delete(listed)
        await store.delete(listed)
        await store.delete([{ key: "s/never/there", size: 1 }])
      })

      if (lacks.protectable !== undefined) {
        it(`cannot be refused for one object alone: ${lacks.protectable}`, () =>
          expect(place.protectable).toBeUndefined())
      } else {
        it("tries every other entry when one is refused, and names that one", async () => {
          const folder = ownName()
          const store = await place.protectable!.open(folder)
          for (const key of ["s/one/a", "s/one/kept/b", "s/one/c"]) await store.put(key, { ...png, body: bytes(key) })
          const listed = await collect(store.list("s/one/"))
          const release = await place.protectable!.protect(folder, "s/one/kept/b")
          await expect(store.delete(listed)).rejects.toMatchObject({
            code: "store-denied",
            message: expect.stringContaining("s/one/kept"),
          })
          await release()
          expect(await keys(store.list("s/one/"))).toEqual(["s/one/kept/b"])
          await store.delete(await collect(store.list("s/one/")))
          expect(await keys(store.list("s/one/"))).toEqual([])
        })
      }
    })

    it("touches nothing outside the prefix, whatever the place holds", async () => {
      const segment = fc.constantFrom("a", "ab", "abc", "a-b", "a.b", "s", "A", "abc_")
      const file = fc.array(segment, { minLength: 1, maxLength: 3 }).map((names) => `${names.join("/")}.x`)
      const content = fc.dictionary(
        fc.tuple(fc.constantFrom("s", "s2", "t"), segment, file).map((names) => names.join("/")),
        fc.uint8Array({ maxLength: 20 }),
        { maxKeys: 10 },
      )
      await fc.assert(
        fc.asyncProperty(content, segment, async (objects, id) => {
          const store = await fresh()
          await inParallel(8, Object.keys(objects), (key) => store.put(key, { ...png, body: objects[key]! }))
          const inside = Object.keys(objects).filter((key) => key.startsWith(`s/${id}/`))
          const listed = await collect(store.list(`s/${id}/`))
          expect(listed.map(({ key }) => key).sort()).toEqual(inside.toSorted())
          await store.delete(listed)
          for (const [key, body] of Object.entries(objects)) {
            const left = await store.get(key)
            expect(inside.includes(key) ? left === undefined : same(left, body)).toBe(true)
          }
        }),
        { numRuns: runs(25) },
      )
    })

    keyContract(fresh)
    readContract(fresh)
    versionContract(() => place, lacks)
  })
}
