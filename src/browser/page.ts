// The script of a page, which runs in its head. A page says everything without it; it makes reading more comfortable.
//
// What the parts of the script tell each other, on `document`:
// - "parts": a `.part` was added to `#_main`, and what looks after items looks at the new ones.
// - "more": somebody wants the next part (detail 1) or the one before (detail -1). Who brings it calls preventDefault()
//   and dispatches "parts" when it is there.
// While the root has `data-filter`, items are hidden, and nothing should be brought because the page looks short.
import { keepAddress } from "./address.ts"
import { addFilterButton } from "./filter.ts"
import { findAnchors } from "./find-anchor.ts"
import { follow } from "./follow.ts"
import { addHelpButton } from "./help.ts"
import { lookWhereWeAre } from "./here.ts"
import { listenToKeys } from "./keys.ts"
import { openForPrint } from "./print.ts"
import { readOn } from "./reading-on.ts"
import { markRedactions } from "./redactions.ts"
import { lookAfterHash } from "./reveal.ts"
import { prepareToSay } from "./say.ts"
import { lookAfterDiffs, showSplit } from "./split.ts"
import { stayHere } from "./stay-here.ts"
import { addThemeButton, showTheme } from "./theme.ts"
import { addTools } from "./tools.ts"
import { lookAfterViews, showViewEarly } from "./views.ts"

// At once, before anything else is read.
stayHere()
// Before anything is painted.
showTheme()
showSplit()
showViewEarly()

document.addEventListener("DOMContentLoaded", () => {
  // First, while everything is as it came.
  follow()
  prepareToSay()
  lookAfterViews()
  addTools()
  addFilterButton()
  lookAfterDiffs()
  addThemeButton()
  addHelpButton()
  listenToKeys()
  lookWhereWeAre()
  openForPrint()
  lookAfterHash()
  readOn()
  keepAddress()
  markRedactions()
  findAnchors()
})
