import { addAction, createButton, createElement } from "./dom.ts"

const SHORTCUTS = [
  ["j", "Next prompt (or file)"],
  ["k", "Previous prompt"],
  ["t", "Next view: conversation, work, everything"],
  ["s", "Diffs side by side"],
  ["d", "Colours: as the system, light, dark"],
  ["/", "Filter loaded items"],
  ["?", "This help"],
  ["Esc", "Close the help or the filter"],
] as const

let dialog: HTMLDialogElement | undefined

export function addHelpButton(): void {
  addAction(createButton("Keys", openHelp)).classList.add("keyboard")
}

/** Opens the dialog that lists the keyboard shortcuts. */
export function openHelp(): void {
  if (!dialog) {
    const title = createElement("h2", "", "Keys")
    title.id = "_keys"
    const list = createElement("dl", "")
    for (const [key, action] of SHORTCUTS)
      list.append(
        createElement(
          "div",
          "",
          createElement("dt", "", createElement("kbd", "", key)),
          createElement("dd", "", action),
        ),
      )
    dialog = createElement(
      "dialog",
      "help",
      title,
      list,
      createButton("Close", () => dialog?.close()),
    )
    dialog.setAttribute("aria-labelledby", title.id)
    document.body.append(dialog)
  }
  if (!dialog.open) dialog.showModal()
}
