/** The root element, whose `data-*` say what was chosen. */
export const root = document.documentElement

/** Elements that are there, by a selector of our own classes and ids; a session's ids never begin with `_`. */
export const all = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E[] => [
  ...within.querySelectorAll<E>(selector),
]

export const one = <E extends HTMLElement = HTMLElement>(selector: string, within: ParentNode = document): E | null =>
  within.querySelector<E>(selector)

/** A new element. Text goes in as text; nothing here ever reads markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: (string | Node)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...content)
  return element
}

/** A button that says and does one thing. `name` is what it is called where its label alone does not say enough. */
export function button(label: string, press: (button: HTMLButtonElement) => void, name?: string): HTMLButtonElement {
  const made = make("button", "", label)
  made.type = "button"
  if (name) made.ariaLabel = name
  made.addEventListener("click", () => press(made))
  return made
}

/** Adds a button to those at the top of the page, first or last among them. */
export function addAction(added: HTMLButtonElement, first = false): HTMLButtonElement {
  const actions = one(".actions")
  if (first) actions?.prepend(added, " ")
  else actions?.append(" ", added)
  return added
}
