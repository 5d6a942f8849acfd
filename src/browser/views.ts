import { recall } from "./memory.ts"

const names = ["conversation", "work", "everything"]
const usual = "work"

const radio = (name: string) => document.querySelector<HTMLInputElement>(`#_view-${name}`)
const known = (name: string | null | undefined) => names.find((one) => one === name)

/** The view that the link asks for, else the one of last time. */
const wanted = (): string => known(new URLSearchParams(location.search).get("view")) ?? known(recall("view")) ?? usual

/** Chooses the view as soon as its switch is there, which is before anything is painted. */
export function showViewEarly(): void {
  const choose = () => {
    const switched = radio(wanted())
    if (switched) switched.checked = true
    return switched !== null
  }
  const seen = new MutationObserver(() => {
    if (choose() || document.readyState !== "loading") seen.disconnect()
  })
  if (!choose()) seen.observe(document, { childList: true, subtree: true })
}
