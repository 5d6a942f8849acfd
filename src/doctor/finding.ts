import { ShareError } from "../errors.ts"

/** The result of one check. */
export interface Finding {
  /** The subject, in one or two words. */
  about: string
  /** `note`: neutral or unknown; `warn`: sharing works, with a problem; `fail`: sharing does not work. */
  state: "ok" | "note" | "warn" | "fail"
  says: string
  /** How to fix it. */
  remedy?: string
  /** Text to paste for the fix, and its name. */
  paste?: { name: string; text: string }
}

/** Turns a `ShareError` into a finding; rethrows other errors. */
export function failureFinding(about: string, error: unknown): Finding {
  if (!(error instanceof ShareError)) throw error
  return { about, state: "fail", says: error.message, ...(error.hint !== undefined && { remedy: error.hint }) }
}
