/**
 * Writes one JSON object a line. What is given is written as it is, but for the ids of shares in it (errors of the store
 * name keys): never give it a token, a secret or any content.
 */
export type Log = (level: "info" | "warn" | "error" | "audit", event: string, about?: Record<string, unknown>) => void

export const jsonLogger =
  (write: (line: string) => void, now: () => Date = () => new Date()): Log =>
  (level, event, about = {}) =>
    write(`${JSON.stringify({ time: now().toISOString(), level, event, ...about }).replace(shareIdsInKeys, "$1…")}\n`)

/** An id of a share in the key of an object: `s/<id>/`, `pending/<id>/`, `published/<hash>/<id>.json`. */
const shareIdsInKeys = /(?<=\/)([A-Za-z0-9_-]{8})[A-Za-z0-9_-]{13}(?![A-Za-z0-9_-])/g

/** As much of a share's id as tells it from others in a log, and not enough to open it where ids are all that is needed. */
export const shortId = (id: string): string => id.slice(0, 8)
