/** Address of the share's folder: the common prefix of all of its pages. */
const shareFolder = location.href.replace(/[?#].*/, "").replace(/[^/]*$/, "")

/**
 * Blocks navigation out of the share unless the reader asked for it. The page's policy stops all that markup could run
 * or load, but it does not cover `<meta http-equiv="refresh">`. Browsers without the Navigation API still obey it.
 */
export function blockMetaRefresh(): void {
  // Browser extensions that follow a link for the reader click it, too.
  let clickedUrl = ""
  const recordClick = ({ target }: Event) => {
    clickedUrl = (target as Element).closest?.<HTMLAnchorElement>("a[href]")?.href ?? ""
  }
  document.addEventListener("click", recordClick, { capture: true })
  window.navigation?.addEventListener("navigate", (event) => {
    const { userInitiated, navigationType, destination } = event
    if (userInitiated || navigationType === "traverse" || destination.url === clickedUrl) return
    if (!destination.url.startsWith(shareFolder)) event.preventDefault()
  })
}
