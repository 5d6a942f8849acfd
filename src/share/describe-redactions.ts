import type { Count } from "../redact/secrets.ts"

/** What was redacted, for people: `2 × github token, password`. Undefined if nothing was. */
export function describeRedactions(found: readonly Count[]): string | undefined {
  return found.map(({ kind, secrets }) => (secrets > 1 ? `${secrets} × ${kind}` : kind)).join(", ") || undefined
}
