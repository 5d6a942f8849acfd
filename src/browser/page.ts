// The page's script, which runs in its head. Progressive enhancement: a page is complete without it.
//
// Events between the modules, on `document`:
// - "parts": a `.part` was added to `#_main`; modules that enhance items look for new ones.
// - "more": request for the next part (detail 1) or the previous one (detail -1). The module that loads it calls
//   preventDefault() and dispatches "parts" when it is there.
// While the root has `data-filter`, items are hidden: do not load more because the page looks short.
import { addLiveRegion } from "./announce.ts"
import { blockMetaRefresh } from "./block-meta-refresh.ts"
import { addFilterButton } from "./filter.ts"
import { resolveHashAcrossPages } from "./find-anchor.ts"
import { follow } from "./follow.ts"
import { addHelpButton } from "./help.ts"
import { addInfiniteScroll } from "./infinite-scroll.ts"
import { addKeyboardShortcuts } from "./keyboard-shortcuts.ts"
import { unfoldForPrint } from "./print.ts"
import { markRedactions } from "./redactions.ts"
import { revealHashTarget } from "./reveal-target.ts"
import { highlightCurrentPrompt } from "./scroll-spy.ts"
import { addSideBySideButton, setSideBySide } from "./side-by-side.ts"
import { addThemeButton, applyTheme } from "./theme.ts"
import { addToolbars } from "./toolbar.ts"
import { syncUrl } from "./url-sync.ts"
import { applyViewEarly, initViews } from "./views.ts"

// Before any markup is parsed.
blockMetaRefresh()
// Before the first paint.
applyTheme()
setSideBySide()
applyViewEarly()

document.addEventListener("DOMContentLoaded", () => {
  // First, while the markup is unchanged.
  follow()
  addLiveRegion()
  initViews()
  addToolbars()
  addFilterButton()
  addSideBySideButton()
  addThemeButton()
  addHelpButton()
  addKeyboardShortcuts()
  highlightCurrentPrompt()
  unfoldForPrint()
  revealHashTarget()
  addInfiniteScroll()
  syncUrl()
  markRedactions()
  resolveHashAcrossPages()
})
