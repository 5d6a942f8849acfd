import { ShareError } from "../errors.ts"
import { type Omission, omissions } from "../session/omissions.ts"
import type { Selection } from "../session/select.ts"
import { parseUntil } from "../session/until.ts"

/** Flags that select parts of a session, shared by all commands. */
export interface SelectionFlags {
  omit?: string
  until?: string
}

/** Parses `--omit` (comma-separated, or `none`) and `--until` (a message, or `end`). Throws `bad-usage`. */
export function parseSelection({ omit, until }: SelectionFlags): Selection {
  return {
    ...(omit !== undefined && { omit: omit === "none" ? [] : omit.split(",").map(parseOmission) }),
    ...(until !== undefined && { until: until === "end" ? until : parseUntil(until) }),
  }
}

function parseOmission(text: string): Omission {
  const name = omissions.find((name) => name === text.trim())
  if (name) return name
  throw new ShareError("bad-usage", `Unknown value "${text.trim()}" for --omit.`, {
    hint: `Choose from: ${omissions.join(", ")} (comma-separated), or none.`,
  })
}
