/** Elements as they came, before the reader or the rest of the script changed them. */
const originals = new WeakMap<Element, Element>()

/** Keeps how elements came, so that later it can be told whether the share has changed them. */
export function keepOriginals(elements: Iterable<Element>): void {
  for (const element of elements) originals.set(element, element.cloneNode(true) as Element)
}

/** Whether it is known how the elements of a part came. */
export const isKept = ({ firstElementChild }: Element): boolean =>
  firstElementChild !== null && originals.has(firstElementChild)

/**
 * What `old` elements are to become so that they say what the `fresh` ones of a fetched page say: those whose markup came
 * the same stay the elements that they are, with all that happened to them; the others are new.
 */
export function renew(old: readonly Element[], fresh: readonly Element[]): Element[] {
  let from = 0
  return fresh.map((element) => {
    const same = old.findIndex(
      (each, i) => i >= from && each.id === element.id && originals.get(each)?.isEqualNode(element),
    )
    if (same >= 0) {
      from = same + 1
      return old[same] as Element
    }
    const made = document.importNode(element, true)
    keepOriginals([made])
    return made
  })
}

/** Makes these the children of an element, in this order. Those that are there already are not touched. */
export function arrange(parent: Element, wanted: readonly Element[]): void {
  const stays = new Set(wanted)
  for (const child of [...parent.children]) if (!stays.has(child)) child.remove()
  let next = parent.firstElementChild
  for (const element of wanted)
    if (element === next) next = next.nextElementSibling
    else parent.insertBefore(element, next)
}

/** Whether a folded element was opened or closed since it came; undefined if it was not. */
function changedTo(item: Element, index: number): boolean | undefined {
  const details = item.querySelectorAll("details")[index]
  const was = originals.get(item)?.querySelectorAll("details")[index]
  return details && was && details.open !== was.open ? details.open : undefined
}

/** Opens and folds in new items what the reader opened and folded in those that they replace. */
export function keepFolds(old: readonly Element[], made: readonly Element[]): void {
  const changed = new Map<string, boolean>()
  for (const item of old)
    for (const [index, details] of item.querySelectorAll("details").entries()) {
      const open = changedTo(item, index)
      if (open !== undefined) changed.set(nameOf(details, item), open)
    }
  for (const item of made)
    for (const details of item.querySelectorAll("details")) {
      const open = changed.get(nameOf(details, item))
      if (open === undefined) continue
      details.open = open
      // What was read on its own may now be one of a run.
      for (const around of open ? item.querySelectorAll("details") : [])
        if (around.contains(details)) around.open = true
    }
}

/** A folded element by the id around it and its place there; a run, which has none, by that of its first member. */
function nameOf(details: Element, item: Element): string {
  const owner = details.closest(".item[id]")
  if (!owner || !item.contains(owner)) return `run of ${details.querySelector("[id]")?.id}`
  return `${owner.id} ${[...owner.querySelectorAll("details")].indexOf(details as HTMLDetailsElement)}`
}
