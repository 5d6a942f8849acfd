import { all } from "./dom.ts"
import { refold, unfold } from "./folds.ts"

/** Opens on paper what styles/print.css opens, for browsers in which a style sheet cannot. */
export function openForPrint(): void {
  if (CSS.supports("selector(::details-content)")) return
  addEventListener("beforeprint", () => unfold(all("#_main details:not(.looked > *, .run *)"), "print"))
  addEventListener("afterprint", () => refold("print"))
}
