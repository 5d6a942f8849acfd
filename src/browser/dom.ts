/** The root element; its `data-*` attributes hold the reader's choices. */
export const root = document.documentElement

/** Elements by a selector of our own classes and ids. A session's ids never begin with `_`. */
export const queryAll = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E[] => [
  ...within.querySelectorAll<E>(selector),
]

export const query = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E | null =>
  within.querySelector<E>(selector)

/** Creates an element. Strings become text nodes; no markup is ever parsed. */
export function createElement<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...content)
  return element
}

/** Creates a button. `name` is its accessible name where the label alone is not enough. */
export function createButton(
  label: string,
  onClick: (button: HTMLButtonElement) => void,
  name?: string,
): HTMLButtonElement {
  const created = createElement("button", "", label)
  created.type = "button"
  if (name) created.ariaLabel = name
  created.addEventListener("click", () => onClick(created))
  return created
}

/** Adds a button to the actions at the top of the page. */
export function addAction(button: HTMLButtonElement, atStart = false): HTMLButtonElement {
  const actions = query(".actions")
  if (atStart) actions?.prepend(button, " ")
  else actions?.append(" ", button)
  return button
}
