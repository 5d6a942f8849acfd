/** Maximum number of shares, and of marks in all of them. The least recently updated shares are evicted first. */
const MAX_SHARES = 1_000
const MAX_MARKS = 200_000

/** Marks (keyed hashes) of the secrets found in each share; contains no plain secrets. */
export interface SecretMarkCache {
  of(id: string): string[]
  add(id: string, marks: readonly string[]): void
  forget(id: string): void
}

export function secretMarkCache(): SecretMarkCache {
  const shares = new Map<string, Set<string>>()
  let size = 0

  function forget(id: string): void {
    size -= shares.get(id)?.size ?? 0
    shares.delete(id)
  }

  return {
    of: (id) => [...(shares.get(id) ?? [])],
    add(id, marks) {
      const ofShare = shares.get(id) ?? new Set<string>()
      forget(id)
      for (const mark of marks) if (ofShare.size < MAX_MARKS) ofShare.add(mark)
      shares.set(id, ofShare)
      size += ofShare.size
      while (shares.size > 1 && (shares.size > MAX_SHARES || size > MAX_MARKS))
        forget(shares.keys().next().value as string)
    },
    forget,
  }
}
