import { make } from "./dom.ts"
import { say } from "./say.ts"

/** Copies text, and says whether that worked. */
export async function copy(text: string, what: string): Promise<void> {
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  say(isCopied || copySelected(text) ? `${what} copied` : "This browser does not allow copying.")
}

/** The old way, for pages from the disk and from servers without TLS: by selecting the text in a field. */
function copySelected(text: string): boolean {
  const focused = document.activeElement as HTMLElement | null
  const field = make("textarea", "unseen")
  field.value = text
  document.body.append(field)
  field.select()
  const isCopied = document.execCommand("copy")
  field.remove()
  focused?.focus({ preventScroll: true })
  return isCopied
}
