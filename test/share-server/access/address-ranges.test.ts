import fc from "fast-check"
import { expect, test } from "vitest"
import { addressRanges, isAddressRange } from "../../../src/share-server/access/address-ranges.ts"
import { runs } from "../../support/property-runs.ts"

test.each([
  ["10.0.0.0/8", "10.255.1.2", true],
  ["10.0.0.0/8", "::ffff:10.1.1.1", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["fd00::/8", "fd12:3456::1", true],
  ["fd00::/8", "fe80::1", false],
  ["::ffff:10.0.0.5", "10.0.0.5", true],
  ["10.0.0.5", "10.0.0.6", false],
])("%s and %s: %s", (range, address, isIncluded) => {
  expect(addressRanges([range]).includes(address)).toBe(isIncluded)
})

test.each(["proxy.corp.example", "10.0.0.0/33", "10.0.0.0/", "10.1", "0x0a000001", "10.0.0.0/8/8", "", "fd00::/129"])(
  "%j is refused at start",
  (text) => {
    expect(isAddressRange(text)).toBe(false)
  },
)

test("a range contains exactly the addresses that share its first bits", () => {
  const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })
  const written = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".")
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 32 }), (start, address, bits) => {
      const isSame = start >>> (32 - bits) === address >>> (32 - bits)
      expect(addressRanges([`${written(start)}/${bits}`]).includes(written(address))).toBe(isSame)
    }),
    { numRuns: runs(200) },
  )
})
