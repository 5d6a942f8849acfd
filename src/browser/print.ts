import { queryAll } from "./dom.ts"
import { refold, unfold } from "./folds.ts"

/** Unfolds for print what styles/print.css unfolds, in browsers in which CSS cannot. */
export function unfoldForPrint(): void {
  if (CSS.supports("selector(::details-content)")) return
  addEventListener("beforeprint", () =>
    unfold(queryAll("#_main details:not(.looked > *, .run *), .changes details"), "print"),
  )
  addEventListener("afterprint", () => refold("print"))
}
