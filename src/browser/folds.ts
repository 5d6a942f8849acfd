/** Reasons for which the script holds a `<details>` open. One that the reader opened is not listed. */
const openReasons = new Map<HTMLDetailsElement, Set<string>>()

/** Opens folded elements for as long as the reason holds. */
export function unfold(folded: Iterable<HTMLDetailsElement>, reason: string): void {
  for (const details of folded) {
    const reasons = openReasons.get(details)
    if (reasons) reasons.add(reason)
    else if (!details.open) {
      openReasons.set(details, new Set([reason]))
      details.open = true
    }
  }
}

/** Removes a reason and folds the elements that have none left. */
export function refold(reason: string): void {
  for (const [details, reasons] of openReasons)
    if (reasons.delete(reason) && reasons.size === 0) {
      openReasons.delete(details)
      details.open = false
    }
}

/** Opens an element until the reader folds it. */
export function openPermanently(details: HTMLDetailsElement): void {
  openReasons.delete(details)
  details.open = true
}
