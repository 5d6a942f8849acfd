import { ShareError } from "../errors.ts"

/** One thing that was looked at. */
export interface Finding {
  /** What it is about, in a word or two. */
  about: string
  /** `note`: neither good nor bad, or not known; `warn`: sharing works, but somebody should know; `fail`: it does not. */
  state: "ok" | "note" | "warn" | "fail"
  says: string
  /** What to do. */
  remedy?: string
  /** What to paste for that, as it is, and what that is called. */
  paste?: { name: string; text: string }
}

/** The finding that an error is. Throws what is no `ShareError`. */
export function failure(about: string, error: unknown): Finding {
  if (!(error instanceof ShareError)) throw error
  return { about, state: "fail", says: error.message, ...(error.hint !== undefined && { remedy: error.hint }) }
}
