// Browsers may refuse storage: in private windows, on pages from the disk, by a setting. Preferences then last for one
// page.

/** The reader's stored choice, shared by all pages of this origin; undefined if there is none. */
export function readPreference(name: string): string | undefined {
  try {
    return localStorage.getItem(`opencode-bucket.${name}`) ?? undefined
  } catch {
    return undefined
  }
}

export function savePreference(name: string, value: string): void {
  try {
    localStorage.setItem(`opencode-bucket.${name}`, value)
  } catch {
    // Storage refused: see above.
  }
}
