import type { PatchedFile } from "../../session/model.ts"
import { type DiffHunk, parsePatch, patchOf } from "../diff/diff.ts"
import { markWords } from "../diff/diff-words.ts"
import { type Budget, highlight, highlightLines, loadLanguages } from "../highlight/highlight.ts"
import { languageOf } from "../highlight/languages.ts"
import { type Bounds, clip, cut, FILE, PATCH } from "../html/cut.ts"
import { escapeText, markupOf } from "../html/safe-html.ts"
import { outgrows, weighText } from "../html/weight.ts"
import type { DiffRow, StepBlock } from "../view.ts"
import { diffMarkup } from "./diff-markup.ts"
import { cutView, patchBounds } from "./step-blocks.ts"

export type DiffBlock = Extract<StepBlock, { type: "diff" }>

/** A file's content, its lines numbered from `first` on. */
export async function code(text: string, path: string, budget: Budget, first?: number): Promise<StepBlock> {
  const shown = cut(text, FILE)
  const language = languageOf(path)
  if (language) await loadLanguages([language])
  const lines = shown.head.split("\n").length
  return { type: "code", first, lines, body: highlight(shown.head, language, budget), cut: cutView(shown) }
}

/** A change of one file: its lines numbered and coloured, changed words marked unless they are too many for a page. */
export async function diff(
  file: Pick<PatchedFile, "path" | "patch" | "additions" | "deletions">,
  note: string,
  budget: Budget,
  bounds: Bounds = PATCH,
): Promise<DiffBlock> {
  const { path, patch, additions, deletions } = file
  const shown = cut(patch, bounds)
  const language = languageOf(path)
  if (language) await loadLanguages([language])
  const { hunks } = parsePatch(shown.head)
  const before = budget.left
  let rows = rowsOf(hunks, language, budget, true)
  if (outgrows(markupOf(diffMarkup(rows)), weighText(shown.head, "patch"), before - budget.left)) {
    budget.left = before
    rows = rowsOf(hunks, language, budget, false)
  }
  return { type: "diff", path, note, additions, deletions, rows, cut: cutView(shown) }
}

/** @param hasMarks whether changed words are marked */
function rowsOf(hunks: DiffHunk[], language: string | undefined, budget: Budget, hasMarks: boolean): DiffRow[] {
  return hunks.flatMap(({ header, oldStart, rows }, at): DiffRow[] => {
    const code = rows.map(({ text }) => text).join("\n")
    const painted = highlightLines(code, language, budget, hasMarks ? markWords(rows) : [])
    const gap: DiffRow = { kind: "gap", old: undefined, new: undefined, content: escapeText(clip(header, 200)) }
    const lines = rows.flatMap(({ kind, old, new: now }, i): DiffRow[] =>
      kind === "note" ? [] : [{ kind, old, new: now, content: painted[i]! }],
    )
    return at > 0 || oldStart > 1 ? [gap, ...lines] : lines
  })
}

/** Changes that come without patches: those are made from what stood there before and after. */
export async function changed(
  path: string,
  changes: readonly { before: string; after: string }[],
  note: string,
  budget: Budget,
): Promise<DiffBlock[]> {
  const patches = await Promise.all(changes.map(({ before, after }) => patchOf(before, after)))
  const blocks: DiffBlock[] = []
  for (const [i, bounds] of patchBounds(patches.map((patch) => ({ patch }))).entries()) {
    const patch = patches[i]!
    const lines = patch.split("\n")
    const countOf = (sign: string) =>
      lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length
    const block = await diff({ path, patch, additions: countOf("+"), deletions: countOf("-") }, note, budget, bounds)
    // The patch is made while the page is drawn: no file of the share holds it.
    blocks.push(block.cut ? { ...block, cut: { ...block.cut, href: undefined } } : block)
  }
  return blocks
}
