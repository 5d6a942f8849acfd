/** A number with its noun: `1 file`, `3 files`, `12,345 files`. */
export const formatCount = (n: number, singular: string, plural = `${singular}s`): string =>
  `${groupThousands(n)} ${n === 1 ? singular : plural}`

/** A number with thousands separators: `12,345`. Below 1,000, Intl's slow locale data is not loaded. */
export const groupThousands = (n: number): string =>
  Number.isInteger(n) && n >= 0 && n < 1000 ? String(n) : n.toLocaleString("en")
