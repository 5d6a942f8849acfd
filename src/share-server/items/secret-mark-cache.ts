import { LRUCache } from "lru-cache"

/** Maximum number of shares, and of marks in all of them. */
const MAX_CACHED_SHARE_COUNT = 1_000
const MAX_CACHED_MARK_COUNT = 200_000

/** Marks (keyed hashes) of the secrets found in each share; contains no plain secrets. */
export interface SecretMarkCache {
  of(id: string): string[]
  add(id: string, marks: readonly string[]): void
  forget(id: string): void
}

export function secretMarkCache(): SecretMarkCache {
  const shares = new LRUCache<string, ReadonlySet<string>>({
    max: MAX_CACHED_SHARE_COUNT,
    maxSize: MAX_CACHED_MARK_COUNT,
    sizeCalculation: (marks) => Math.max(1, marks.size),
  })
  return {
    of: (id) => [...(shares.get(id) ?? [])],
    add(id, marks) {
      if (marks.length === 0) return
      const all = new Set(shares.get(id))
      for (const mark of marks) if (all.size < MAX_CACHED_MARK_COUNT) all.add(mark)
      shares.set(id, all)
    },
    forget: (id) => void shares.delete(id),
  }
}
