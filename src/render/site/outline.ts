import { clip } from "../html/cut.ts"
import type { Failure, Item, OutlineEntry, PartLink } from "../view.ts"

/** So many prompts, failures and parts a page lists: the outline of a session of any length stays short. */
const PROMPTS = 100
const FAILURES = 12
const PARTS = 24

/** The prompts of a page, as links to them. */
export const outlineOf = (items: readonly Item[]): OutlineEntry[] =>
  items
    .flatMap((item) =>
      item.kind === "prompt" && item.number > 0
        ? [
            {
              href: `#${item.anchor}`,
              number: item.number,
              label: item.label || "Without words",
              since: item.moment?.since ?? "",
              byline: item.byline,
            },
          ]
        : [],
    )
    .slice(0, PROMPTS)

/** What failed on a page, in the order in which it did. */
export function failuresOf(items: readonly Item[]): { failures: Failure[]; moreFailures: number } {
  const failures = items.flatMap((item): Failure[] => {
    const base = { href: `#${item.anchor}`, since: item.moment?.since ?? "" }
    if (item.kind === "note" && item.tone === "bad") return [{ ...base, label: item.title }]
    if (item.kind !== "step" || item.step.tone !== "bad") return []
    const { verb, object, outcome } = item.step
    const what = `${verb} ${clip(object, 40)}`.trim()
    return [{ ...base, label: outcome ? `${what}, ${outcome}` : what }]
  })
  return { failures: failures.slice(0, FAILURES), moreFailures: Math.max(0, failures.length - FAILURES) }
}

/** The parts of a session as links; of many, some at equal distances, and always the first and the last. */
export function partLinks(parts: readonly PartLink[]): PartLink[] {
  if (parts.length <= PARTS) return [...parts]
  const last = parts.length - 1
  const picked = new Set(Array.from({ length: PARTS }, (_, i) => Math.round((i * last) / (PARTS - 1))))
  return parts.filter((_, i) => picked.has(i))
}
