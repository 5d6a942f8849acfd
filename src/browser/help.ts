import { addAction, button, make } from "./dom.ts"

const keys = [
  ["j", "Next prompt (or file)"],
  ["k", "Previous prompt"],
  ["t", "Next view: conversation, work, everything"],
  ["s", "Diffs side by side"],
  ["d", "Colours: as the system, light, dark"],
  ["/", "Filter what is loaded"],
  ["?", "This help"],
  ["Esc", "Close, or end the filter"],
] as const

let help: HTMLDialogElement | undefined

export function addHelpButton(): void {
  addAction(button("Keys", openHelp)).classList.add("keyboard")
}

/** Shows which keys do what. */
export function openHelp(): void {
  if (!help) {
    const title = make("h2", "", "Keys")
    title.id = "_keys"
    const list = make("dl", "")
    for (const [key, what] of keys)
      list.append(make("div", "", make("dt", "", make("kbd", "", key)), make("dd", "", what)))
    help = make(
      "dialog",
      "help",
      title,
      list,
      button("Close", () => help?.close()),
    )
    help.setAttribute("aria-labelledby", title.id)
    document.body.append(help)
  }
  if (!help.open) help.showModal()
}
