import { markupOf } from "../../../src/render/html/safe-html.ts"
import { renderProse } from "../../../src/render/markdown/markdown.ts"
import { PROSE_LIMITS, type ProseLimits } from "../../../src/render/markdown/prose-limits.ts"

/** Markup of a text; `[12 lines left out]` where something is left out. */
export async function drawn(text: string, limits: ProseLimits = PROSE_LIMITS): Promise<string> {
  const pieces = await renderProse(text, limits, { charsLeft: 10_000 })
  return pieces
    .map((piece) => (piece.type === "markup" ? markupOf(piece.body) : `[${piece.cut.omitted} left out]\n`))
    .join("")
    .trimEnd()
}
