// Browsers may refuse storage: in private windows, from the disk, by a setting. Nothing is remembered then.

/** What this reader chose before on any page of this place; undefined if that is not known. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`opencode-bucket.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a choice; undefined forgets it. */
export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`opencode-bucket.${name}`)
    else localStorage.setItem(`opencode-bucket.${name}`, value)
  } catch {
    // Then the choice holds for this page alone.
  }
}
