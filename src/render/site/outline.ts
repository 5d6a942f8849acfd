import { clip } from "../html/truncate.ts"
import type { FailureLink, OutlineEntry, PageItem, PartLink } from "../view.ts"

/** Limits per page: the outline stays short however long the session is. */
const MAX_PROMPTS = 100
const MAX_FAILURES = 12
const MAX_PARTS = 24

/** Links to the prompts of a page. */
export const outlineOf = (items: readonly PageItem[]): OutlineEntry[] =>
  items
    .flatMap((item) =>
      item.kind === "prompt" && item.number > 0
        ? [
            {
              href: `#${item.anchor}`,
              number: item.number,
              label: item.label || "Without words",
              since: item.moment?.since ?? "",
              summary: item.summary,
            },
          ]
        : [],
    )
    .slice(0, MAX_PROMPTS)

/** Links to the failed steps of a page, in order. */
export function failuresOf(items: readonly PageItem[]): { failures: FailureLink[]; moreFailures: number } {
  const failures = items.flatMap((item): FailureLink[] => {
    const base = { href: `#${item.anchor}`, since: item.moment?.since ?? "" }
    if (item.kind === "note" && item.tone === "bad") return [{ ...base, label: item.title }]
    if (item.kind !== "step" || item.step.tone !== "bad") return []
    const { verb, object, outcome } = item.step
    const what = `${verb} ${clip(object, 40)}`.trim()
    return [{ ...base, label: outcome ? `${what}, ${outcome}` : what }]
  })
  return { failures: failures.slice(0, MAX_FAILURES), moreFailures: Math.max(0, failures.length - MAX_FAILURES) }
}

/** Links to the parts of a session; of many, some at equal distances, always including the first and the last. */
export function partLinks(parts: readonly PartLink[]): PartLink[] {
  if (parts.length <= MAX_PARTS) return [...parts]
  const last = parts.length - 1
  const indexes = new Set(Array.from({ length: MAX_PARTS }, (_, i) => Math.round((i * last) / (MAX_PARTS - 1))))
  return parts.filter((_, i) => indexes.has(i))
}
