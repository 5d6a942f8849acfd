import type { SecretCount } from "../redact/marks/secrets.ts"

/** Describes redactions: `2 × github token, password`. Undefined if there were none. */
export function describeRedactions(found: readonly SecretCount[]): string | undefined {
  return found.map(({ kind, secrets }) => (secrets > 1 ? `${secrets} × ${kind}` : kind)).join(", ") || undefined
}
