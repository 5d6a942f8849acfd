import { announce } from "./announce.ts"
import { createElement } from "./dom.ts"

/** Copies text and announces whether that worked. */
export async function copyText(text: string, label: string): Promise<void> {
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  announce(isCopied || copyBySelection(text) ? `${label} copied` : "This browser does not allow copying.")
}

/** Copies by selecting the text in a field: pages from the disk and from servers without TLS have no clipboard API. */
function copyBySelection(text: string): boolean {
  const focused = document.activeElement as HTMLElement | null
  const field = createElement("textarea", "unseen")
  field.value = text
  document.body.append(field)
  field.select()
  const isCopied = document.execCommand("copy")
  field.remove()
  focused?.focus({ preventScroll: true })
  return isCopied
}
