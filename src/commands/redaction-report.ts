import { placeholdersLine } from "../share/describe-redactions.ts"
import type { Preview } from "../share/preview.ts"
import { oneLine, redactedLine } from "./terminal.ts"

const MAX_SHOWN = 5
const SHOWN_CHARS = 12

/** The lines of a preview about redaction: what was found, what looks made up, and what was nearly found. */
export function redactionReport({ found, placeholders, suspects }: Preview): string[] {
  const lines = [redactedLine(found)]
  const fakes = placeholdersLine(placeholders)
  if (fakes) lines.push(`${fakes}.`)
  if (suspects.length > 0) {
    const shown = suspects.slice(0, MAX_SHOWN).map((word) => oneLine(`${word.slice(0, SHOWN_CHARS)}…`))
    const more = suspects.length > MAX_SHOWN ? `, and ${suspects.length - MAX_SHOWN} more` : ""
    lines.push(`Nearly found, random but without a name: ${shown.join(", ")}${more}.`)
  }
  if (lines.length > 1)
    lines.push("To redact one, pass --redact <text or /pattern/>, or keep it in redact.patterns of your settings.")
  return lines
}
