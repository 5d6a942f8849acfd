import fc from "fast-check"
import { expect, test } from "vitest"
import {
  filterShares,
  parseFilter,
  SORT_ORDERS,
  type SortOrder,
} from "../../../src/share-server/admin/filter-shares.ts"
import type { InventoryEntry } from "../../../src/share-server/inventory/inventory-entry.ts"
import { runs } from "../../support/property-runs.ts"

const owners = ["dana@corp.example", "eve@corp.example", ""]
const tokens = ["dana@corp.example laptop", "ci", "İstanbul"]
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("Totals OFF by a cent", "ÄRGER", "a b"),
)
const time = fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((at) => at.toISOString())
const entry: fc.Arbitrary<InventoryEntry> = fc.record(
  {
    id: fc.stringMatching(/^[a-z]{21}$/),
    title: text,
    project: text,
    token: fc.constantFrom(...tokens),
    owner: fc.constantFrom(...owners),
    bytes: fc.nat(5),
    created: time,
    updated: time,
    expires: time,
    read: time,
  },
  { requiredKeys: ["id", "title", "project", "token", "owner", "bytes", "created", "updated"] },
)
const entries = fc.uniqueArray(entry, { selector: ({ id }) => id, maxLength: 40 })
const sort = fc.constantFrom(...(Object.keys(SORT_ORDERS) as SortOrder[]))
const wanted = fc.option(fc.constantFrom(...owners, ...tokens, "nobody"), { nil: undefined })

test("a share is listed exactly if its owner, its token and every word of the search match", () => {
  fc.assert(
    fc.property(entries, sort, wanted, wanted, fc.array(text, { maxLength: 2 }), (all, sort, owner, token, words) => {
      const filter = parseFilter((name) => ({ q: words.join(" \n "), owner, token, sort })[name])
      const listed = new Set(filterShares(all, filter))
      const sought = words.flatMap((word) => word.split(/\s+/)).filter((word) => word !== "")
      for (const share of all) {
        const isIn = (word: string) =>
          [share.title, share.owner, share.project].some((field) => field.toLowerCase().includes(word.toLowerCase()))
        const isWanted = (!owner || share.owner === owner.toLowerCase()) && (!token || share.token === token)
        expect(listed.has(share)).toBe(isWanted && sought.every(isIn))
      }
    }),
    { numRuns: runs(100) },
  )
})

test("the order is total and independent of the inventory's, so that pages never repeat a share", () => {
  fc.assert(
    fc.property(entries, sort, fc.infiniteStream(fc.nat(100)), (all, sort, chance) => {
      const shuffled = all
        .map((share) => ({ share, at: chance.next().value! }))
        .sort((a, b) => a.at - b.at)
        .map(({ share }) => share)
      const ordered = filterShares(all, { sort })
      expect(filterShares(shuffled, { sort })).toEqual(ordered)
      const { key, isDescending } = SORT_ORDERS[sort]
      for (const [n, share] of ordered.entries()) {
        const next = ordered[n + 1]
        if (next) expect(isDescending ? key(share) >= key(next) : key(share) <= key(next)).toBe(true)
      }
    }),
    { numRuns: runs(100) },
  )
})

test("any parameters give a valid filter", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }),
      fc.constantFrom("__proto__", "toString", "-", "UPDATED"),
      (value, sort) => {
        const filter = parseFilter((name) => (name === "sort" ? sort : value))
        expect(filter.sort).toBe("updated")
        expect(filterShares([], filter)).toEqual([])
      },
    ),
    { numRuns: runs(50) },
  )
})
