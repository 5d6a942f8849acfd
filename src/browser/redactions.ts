import { all } from "./dom.ts"
import { highlight } from "./highlight.ts"

/** What stands in the place of a secret: `[redacted: github token #1]`. */
const mark = /\[redacted: [^[\]\n]{1,80}\]/g

/** Marks what was redacted, so that it is seen at a glance. */
export function markRedactions(): void {
  const show = () => highlight("redacted", all("h1, #_main .item:not(.item .item), #_main .changed-file"), mark)
  show()
  document.addEventListener("parts", show)
}
