import { queryAll } from "./dom.ts"
import { markText } from "./mark-text.ts"

/** Placeholder of a redacted secret: `[redacted: github token #1]`. */
const REDACTION_MARK = /\[redacted: [^[\]\n]{1,80}\]/g

/** Highlights redaction placeholders. */
export function markRedactions(): void {
  const mark = () =>
    markText("redacted", queryAll("h1, #_main .item:not(.item .item), #_main .changed-file"), REDACTION_MARK)
  mark()
  document.addEventListener("parts", mark)
}
