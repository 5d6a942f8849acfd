import { formatCount } from "../lib/format-count.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"

/** Describes redactions: `2 × github token, password`. Undefined if there were none. */
export function describeRedactions(found: readonly SecretCount[]): string | undefined {
  return found.map(({ kind, secrets }) => (secrets > 1 ? `${secrets} × ${kind}` : kind)).join(", ") || undefined
}

/** Describes values that look like placeholders; undefined if there are none. */
export const placeholdersLine = (count: number): string | undefined =>
  count === 0
    ? undefined
    : formatCount(count, "value looks like a placeholder and stays", "values look like placeholders and stay")
