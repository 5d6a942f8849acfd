import { expect, test } from "vitest"
import { isShareId, newShareId } from "../../src/share/share-id.ts"

test("a new id is valid, unique, and never looks like a flag", () => {
  const ids = Array.from({ length: 5_000 }, newShareId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) {
    expect(isShareId(id)).toBe(true)
    expect(id).not.toMatch(/^-/)
  }
})
