/** Copies of elements as published, before the reader or this script changed them. */
const originals = new WeakMap<Element, Element>()

/** Records elements as published, to detect later whether the share changed them. */
export function recordOriginals(elements: Iterable<Element>): void {
  for (const element of elements) originals.set(element, element.cloneNode(true) as Element)
}

/** Whether a part's elements were recorded. */
export const hasOriginals = ({ firstElementChild }: Element): boolean =>
  firstElementChild !== null && originals.has(firstElementChild)

/**
 * Reconciles `old` elements with the `fresh` ones of a fetched page. Elements whose published markup is unchanged
 * stay, with their state; the others are imported.
 */
export function reconcile(old: readonly Element[], fresh: readonly Element[]): Element[] {
  let from = 0
  return fresh.map((element) => {
    const same = old.findIndex(
      (each, i) => i >= from && each.id === element.id && originals.get(each)?.isEqualNode(element),
    )
    if (same >= 0) {
      from = same + 1
      return old[same] as Element
    }
    const imported = document.importNode(element, true)
    recordOriginals([imported])
    return imported
  })
}

/** Makes these the children of an element, in this order, without touching those in place already. */
export function setChildren(parent: Element, wanted: readonly Element[]): void {
  const stays = new Set(wanted)
  for (const child of [...parent.children]) if (!stays.has(child)) child.remove()
  let next = parent.firstElementChild
  for (const element of wanted)
    if (element === next) next = next.nextElementSibling
    else parent.insertBefore(element, next)
}

/** The state to which the reader opened or closed a `<details>`; undefined if they did neither. */
function readerToggle(item: Element, index: number): boolean | undefined {
  const details = item.querySelectorAll("details")[index]
  const original = originals.get(item)?.querySelectorAll("details")[index]
  return details && original && details.open !== original.open ? details.open : undefined
}

/** Applies the reader's opened and closed folds to the items that replace the old ones. */
export function transferFolds(old: readonly Element[], created: readonly Element[]): void {
  const changed = new Map<string, boolean>()
  for (const item of old)
    for (const [index, details] of item.querySelectorAll("details").entries()) {
      const open = readerToggle(item, index)
      if (open !== undefined) changed.set(foldKey(details, item), open)
    }
  for (const item of created)
    for (const details of item.querySelectorAll("details")) {
      const open = changed.get(foldKey(details, item))
      if (open === undefined) continue
      details.open = open
      // A step may have become a member of a collapsed run.
      for (const ancestor of open ? item.querySelectorAll("details") : [])
        if (ancestor.contains(details)) ancestor.open = true
    }
}

/**
 * Key of a `<details>`: the enclosing item's id and the index in it; for a run, which has no id, its first member's
 * id.
 */
function foldKey(details: Element, item: Element): string {
  const owner = details.closest(".item[id]")
  if (!owner || !item.contains(owner)) return `run of ${details.querySelector("[id]")?.id}`
  return `${owner.id} ${[...owner.querySelectorAll("details")].indexOf(details as HTMLDetailsElement)}`
}
