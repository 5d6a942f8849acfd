/** Where the share is: what all of its pages have in front of their names. */
const folder = location.href.replace(/[?#].*/, "").replace(/[^/]*$/, "")

/**
 * Keeps this page from being led out of its share by anything but a reader. The policy of a page stops all that markup
 * could run or load, but it knows nothing of `<meta http-equiv="refresh">`; browsers without the Navigation API obey it.
 */
export function stayHere(): void {
  // What extensions press for a reader is a click like any other.
  let pressed = ""
  const press = ({ target }: Event) => {
    pressed = (target as Element).closest?.<HTMLAnchorElement>("a[href]")?.href ?? ""
  }
  document.addEventListener("click", press, { capture: true })
  window.navigation?.addEventListener("navigate", (event) => {
    const { userInitiated, navigationType, destination } = event
    if (userInitiated || navigationType === "traverse" || destination.url === pressed) return
    if (!destination.url.startsWith(folder)) event.preventDefault()
  })
}
