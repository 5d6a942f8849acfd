// Browsers may refuse storage: in private windows, from the disk, by a setting. Then nothing is remembered.

/** What this reader chose before on any page of this place; undefined if that is not known. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(`opencode-bucket.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

/** Keeps a choice. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`opencode-bucket.${name}`, value)
  } catch {
    // The choice holds for this page alone.
  }
}
