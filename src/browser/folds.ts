/** Why each of what was folded is open at the moment, of those that the reader did not open. */
const held = new Map<HTMLDetailsElement, Set<string>>()

/** Opens what is folded for as long as there is a reason to. */
export function unfold(folded: Iterable<HTMLDetailsElement>, reason: string): void {
  for (const details of folded) {
    const reasons = held.get(details)
    if (reasons) reasons.add(reason)
    else if (!details.open) {
      held.set(details, new Set([reason]))
      details.open = true
    }
  }
}

/** Takes a reason away, and folds what has none left. */
export function refold(reason: string): void {
  for (const [details, reasons] of held)
    if (reasons.delete(reason) && reasons.size === 0) {
      held.delete(details)
      details.open = false
    }
}

/** Opens for good. */
export function openForGood(details: HTMLDetailsElement): void {
  held.delete(details)
  details.open = true
}
