import { ShareError } from "../errors.ts"
import { type Omission, omissions } from "../session/omit.ts"
import type { Selection } from "../session/select.ts"
import { parseUntil } from "../session/until.ts"

/** The flags that say what of a session is meant, the same on every command. */
export interface SelectionFlags {
  omit?: string
  until?: string
}

/** Reads `--omit` (a list with commas, or `none`) and `--until` (or `end`). Throws `bad-usage`. */
export function parseSelection({ omit, until }: SelectionFlags): Selection {
  return {
    ...(omit !== undefined && { omit: omit === "none" ? [] : omit.split(",").map(parseOmission) }),
    ...(until !== undefined && { until: until === "end" ? until : parseUntil(until) }),
  }
}

function parseOmission(text: string): Omission {
  const name = omissions.find((name) => name === text.trim())
  if (name) return name
  throw new ShareError("bad-usage", `--omit "${text.trim()}" is nothing that can be left out.`, {
    hint: `Give ${omissions.join(", ")} (several with commas), or none.`,
  })
}
