import { sha256 } from "../../lib/hash.ts"

/** File name of a session's page by its number. `stem`: "" for the session itself, or `stemOf` a subagent's. */
export function pageName(stem: string, number: number): string {
  if (number === 1) return stem === "" ? "index.html" : `${stem}.html`
  return stem === "" ? `${number}.html` : `${stem}-${number}.html`
}

/** Prefix of the file names of a subagent's pages. */
export const stemOf = (sessionID: string): string => `sub-${sha256(sessionID).slice(0, 10)}`
