/** Writes one JSON object a line. What is given is written as it is: never a token, a secret, a path or any content. */
export type Log = (level: "info" | "warn" | "error" | "audit", event: string, about?: Record<string, unknown>) => void

export const logTo =
  (write: (line: string) => void, now: () => Date = () => new Date()): Log =>
  (level, event, about = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, event, ...about })}\n`)

/** As much of a share's id as tells it from others in a log, and not enough to open it where ids are all that is needed. */
export const briefly = (id: string): string => id.slice(0, 8)
