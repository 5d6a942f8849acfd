import fc from "fast-check"
import { expect, test } from "vitest"
import { emptyPrefix, type RemovalProgress } from "../../src/share/unshare.ts"
import type { ObjectEntry, ObjectStore } from "../../src/store/object-store.ts"
import { runs } from "../support/property-runs.ts"

const id = "V1StGXR8_Z5jdHi6B-myT"
const prefix = `s/${id}/`

/** A store that holds these entries, and records each deletion. */
function storeOf(entries: readonly ObjectEntry[]) {
  const left = new Set(entries)
  const deletions: (readonly ObjectEntry[])[] = []
  const store = {
    name: "s3://shares",
    async *list() {
      yield* [...left]
    },
    async delete(batch: readonly ObjectEntry[]) {
      deletions.push(batch)
      for (const entry of batch) left.delete(entry)
    },
  } as unknown as ObjectStore
  return { store, deletions }
}

/** Objects of a large share, in any order of the listing; some of them with old versions and delete markers. */
const entries = fc
  .record({ count: fc.integer({ min: 0, max: 12_000 }), versions: fc.integer({ min: 1, max: 4 }), seed: fc.integer() })
  .map(({ count, versions, seed }) => {
    const names = ["index.html", "manifest.json", ...Array.from({ length: count }, (_, n) => `files/${n}.bin`)]
    const all = names.flatMap((name, at) =>
      Array.from({ length: 1 + (at % versions) }, (_, n): ObjectEntry => {
        const entry = { key: prefix + name, size: 1, version: String(n) }
        return n > 0 && n === at % versions ? { ...entry, hides: true } : entry
      }),
    )
    // A listing may have all markers after all versions.
    return seed % 2 === 0 ? all : [...all.filter(({ hides }) => !hides), ...all.filter(({ hides }) => hides)]
  })

test("a share is emptied in batches with all entries of a key together, from index.html to the manifest", async () => {
  await fc.assert(
    fc.asyncProperty(entries, async (all) => {
      const { store, deletions } = storeOf(all)
      const progress: RemovalProgress[] = []
      expect(await emptyPrefix(store, id, { onProgress: (each) => progress.push(each) })).toBe(all.length)

      const keys = deletions.map((batch) => new Set(batch.map(({ key }) => key)))
      expect([keys[0], keys.at(-1)]).toEqual([new Set([`${prefix}index.html`]), new Set([`${prefix}manifest.json`])])
      const seen = new Set<string>()
      for (const batch of keys)
        for (const key of batch) {
          expect(seen.has(key), key).toBe(false)
          seen.add(key)
        }

      const counts = progress.flatMap((each) => ("deleted" in each ? [each] : []))
      expect(counts.map(({ total }) => total)).toEqual(counts.map(() => all.length))
      expect(counts.at(-1)?.deleted).toBe(all.length)
      expect(counts.every(({ deleted }, at) => at === 0 || deleted > counts[at - 1]!.deleted)).toBe(true)
      const listed = progress.flatMap((each) => ("listed" in each ? [each.listed] : []))
      expect(listed.length).toBe(Math.floor(all.length / 1_000))
    }),
    { numRuns: runs(6) },
  )
})
