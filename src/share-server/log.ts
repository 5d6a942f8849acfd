/**
 * Writes one JSON object per line. Values are written as they are, except that share ids in object keys (as in store
 * errors) are shortened: never pass a token, a secret or content.
 */
export type Log = (level: "info" | "warn" | "error" | "audit", event: string, about?: Record<string, unknown>) => void

export const jsonLogger =
  (write: (line: string) => void, now: () => Date = () => new Date()): Log =>
  (level, event, about = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, event, ...about }).replace(shareIdsInKeys, "$1…")}\n`)

/** A share id within an object's key: `s/<id>/`, `pending/<id>/`, `published/<hash>/<id>.json`. */
const shareIdsInKeys = /(?<=\/)([A-Za-z0-9_-]{8})[A-Za-z0-9_-]{13}(?![A-Za-z0-9_-])/g

/** Shortened share id: enough to tell shares apart in a log, not enough to open one. */
export const shortId = (id: string): string => id.slice(0, 8)
