/** What was redacted of one kind: how many secrets, and in how many places they stood. */
export interface Redacted {
  /** `github token`, `password`, … */
  kind: string
  secrets: number
  places: number
}

/** What was redacted, for people: `github token × 2, password (7 places)`. Undefined if nothing was. */
export function redactedInWords(found: readonly Redacted[]): string | undefined {
  if (found.length === 0) return undefined
  const kinds = found.map(({ kind, secrets }) => (secrets > 1 ? `${kind} × ${secrets}` : kind))
  const places = found.reduce((sum, { places }) => sum + places, 0)
  return `${kinds.join(", ")} (${places === 1 ? "one place" : `${places} places`})`
}
