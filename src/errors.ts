import { terminalText } from "./lib/terminal-text.ts"

/** Stable error codes, for scripts and callers. */
export type ErrorCode =
  | "bad-usage"
  | "bad-input"
  | "bad-settings"
  | "sharing-disabled"
  | "session-not-found"
  | "share-not-found"
  | "store-credentials"
  | "store-denied"
  | "store-bucket-missing"
  | "store-clock"
  | "store-unreachable"
  | "store-busy"
  | "store-failed"
  | "left-behind"
  | "cancelled"

const exitStatus: Record<ErrorCode, number> = {
  "bad-usage": 2,
  "bad-input": 2,
  "bad-settings": 2,
  "sharing-disabled": 3,
  "session-not-found": 4,
  "share-not-found": 4,
  "store-credentials": 5,
  "store-denied": 5,
  "store-bucket-missing": 5,
  "store-clock": 5,
  "store-unreachable": 5,
  "store-busy": 5,
  "store-failed": 5,
  "left-behind": 6,
  cancelled: 130,
}

export interface ShareErrorOptions {
  /** Next step for the user: one sentence. */
  hint?: string
  /** The error this one was made from, for logs and debugging. */
  cause?: unknown
}

/**
 * The one error of this package: `code` for programs, `message` (one sentence: what happened, to what) and
 * `hint` (what to do next) for people. Never carries credentials. Names, paths and answers of servers in them are escaped
 * (`terminalText`): the words reach terminals, notices of OpenCode and logs.
 */
export class ShareError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, { hint, cause }: ShareErrorOptions = {}) {
    super(withoutLineBreaks(message), cause === undefined ? undefined : { cause })
    this.name = "ShareError"
    this.code = code
    this.hint = hint === undefined ? undefined : withoutLineBreaks(hint)
  }

  /** The exit status of the command line for this error: 2 input, 3 disabled, 4 not found, 5 store, 6 something is left, 130 cancelled. */
  get exitStatus(): number {
    return exitStatus[this.code]
  }
}

/** The error in the output of `--json`. Unexpected errors have the code `unexpected`. */
export function asJsonError(error: unknown): { code: ErrorCode | "unexpected"; message: string; hint?: string } {
  if (!(error instanceof ShareError)) return { code: "unexpected", message: String((error as Error)?.message ?? error) }
  const { code, message, hint } = error
  return { code, message, ...(hint !== undefined && { hint }) }
}

/** Line breaks of what a system or a server says become spaces. */
const withoutLineBreaks = (text: string) => terminalText(text.replace(/\s*[\r\n]\s*/g, " "))
