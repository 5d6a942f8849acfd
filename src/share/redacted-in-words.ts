import type { SecretCount } from "../redact/secrets.ts"

/** What was redacted, for people: `2 × github token, password`. Undefined if nothing was. */
export function redactedInWords(found: readonly SecretCount[]): string | undefined {
  return found.map(({ kind, secrets }) => (secrets > 1 ? `${secrets} × ${kind}` : kind)).join(", ") || undefined
}
