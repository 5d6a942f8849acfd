/** Shares whose secrets are remembered, and marks of secrets in all of them; the shares that were quiet longest are forgotten first. */
const MOST_SHARES = 1_000
const MOST_MARKS = 200_000

/** What was learned of the secrets of shares: none of them in plain, only the marks by which they are known again. */
export interface LearnedSecrets {
  of(id: string): string[]
  add(id: string, marks: readonly string[]): void
  forget(id: string): void
}

export function knownSecrets(): LearnedSecrets {
  const shares = new Map<string, Set<string>>()
  let size = 0

  function forget(id: string): void {
    size -= shares.get(id)?.size ?? 0
    shares.delete(id)
  }

  return {
    of: (id) => [...(shares.get(id) ?? [])],
    add(id, marks) {
      const known = shares.get(id) ?? new Set<string>()
      forget(id)
      for (const mark of marks) if (known.size < MOST_MARKS) known.add(mark)
      shares.set(id, known)
      size += known.size
      while (shares.size > 1 && (shares.size > MOST_SHARES || size > MOST_MARKS))
        forget(shares.keys().next().value as string)
    },
    forget,
  }
}
