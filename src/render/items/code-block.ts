import { findChangedWords } from "../diff/diff-words.ts"
import { continueAt, createPatch, type PatchHunk, parsePatch } from "../diff/parse-patch.ts"
import { headerNote, spaceNote } from "../diff/patch-notes.ts"
import {
  type HighlightBudget,
  highlight,
  highlightedTokens,
  highlightLines,
  loadLanguages,
} from "../highlight/highlight.ts"
import { languageOfFile } from "../highlight/languages.ts"
import { measureMarkup } from "../html/page-size.ts"
import { emptyHtml, escapeText, markupOf } from "../html/safe-html.ts"
import {
  clip,
  FILE_LIMITS,
  PATCH_LIMITS,
  type TruncatedText,
  type TruncationLimits,
  truncate,
} from "../html/truncate.ts"
import type { DiffContent } from "../tools/tool-block.ts"
import type { DiffRow, StepBlock } from "../view.ts"
import { diffMarkup } from "./diff-markup.ts"
import { cutView, patchLimits } from "./step-blocks.ts"

/** Elements of a line at most: of a changed one its own, its pair's, its mark and what the mark splits. */
const MAX_LINE_ELEMENTS = 4
/** So many more in any diff: words of a few lines are marked, however short the lines are. */
const SMALL_DIFF_ELEMENTS = 100

export type DiffBlock = Extract<StepBlock, { type: "diff" }>

/** A file's content, its lines numbered from `first`. */
export async function codeBlock(
  text: string,
  path: string,
  budget: HighlightBudget,
  first?: number,
): Promise<StepBlock> {
  const shown = truncate(text, FILE_LIMITS)
  const language = languageOfFile(path)
  if (language) await loadLanguages([language])
  const { head, tail } = shown
  return {
    type: "code",
    numbers: first === undefined ? "" : lineNumbers(first, shown),
    body: highlight(head, language, budget),
    tail: tail === "" ? emptyHtml : highlight(tail, language, budget),
    cut: cutView(shown),
  }
}

/** Numbers of the shown lines, one a line; none for the line that says what is left out. */
function lineNumbers(first: number, { head, tail, omittedLines }: TruncatedText): string {
  const numbers = (from: number, text: string) => text.split("\n").map((_, i) => from + i)
  const shown = numbers(first, head)
  return omittedLines === 0
    ? shown.join("\n")
    : [...shown, "", ...numbers(first + shown.length + omittedLines, tail)].join("\n")
}

/** A diff of one file: lines numbered and highlighted, changed words marked unless that makes the markup too large. */
export async function diffBlock(
  file: Pick<DiffContent, "path" | "patch" | "additions" | "deletions">,
  note: string,
  budget: HighlightBudget,
  limits: TruncationLimits = PATCH_LIMITS,
): Promise<DiffBlock> {
  const { path, patch, additions, deletions } = file
  const shown = truncate(patch, limits)
  const language = languageOfFile(path)
  if (language) await loadLanguages([language])
  const head = parsePatch(shown.head).hunks
  const tail = shown.tail === "" ? [] : parsePatch(continueAt(patch, shown.tailStart) + shown.tail).hunks
  const before = budget.charsLeft
  const draw = (marksWords: boolean) => ({
    rows: rowsOf(head, language, budget, marksWords),
    tail: rowsOf(tail, language, budget, marksWords, true),
  })
  let drawn = draw(true)
  const tokens = highlightedTokens(before - budget.charsLeft)
  const rows = [...drawn.rows, ...drawn.tail]
  if (
    measureMarkup(markupOf(diffMarkup(rows))).elements >
    SMALL_DIFF_ELEMENTS + MAX_LINE_ELEMENTS * rows.length + tokens
  ) {
    budget.charsLeft = before
    drawn = draw(false)
  }
  const notes = [note, headerNote(patch), spaceNote(patch)].filter(Boolean).join(", ")
  return { type: "diff", path, note: clip(notes, 400), additions, deletions, ...drawn, cut: cutView(shown) }
}

function rowsOf(
  hunks: PatchHunk[],
  language: string | undefined,
  budget: HighlightBudget,
  marksWords: boolean,
  isContinued = false,
): DiffRow[] {
  return hunks.flatMap(({ header, oldStart, rows }, at): DiffRow[] => {
    const code = rows.map(({ text }) => text).join("\n")
    const kinds = rows.map(({ kind }) => kind)
    const highlighted = highlightLines(code, language, budget, marksWords ? findChangedWords(rows) : [], kinds)
    const gap: DiffRow = { kind: "gap", old: undefined, new: undefined, content: escapeText(clip(header, 200)) }
    const lines = rows.flatMap(({ kind, old, new: now }, i): DiffRow[] =>
      kind === "note" ? [] : [{ kind, old, new: now, content: highlighted[i]! }],
    )
    const hasGap = at === 0 ? oldStart > 1 && !isContinued : true
    return hasGap ? [gap, ...lines] : lines
  })
}

/** Diffs of changes without patches, computed from the texts before and after. */
export async function changeBlocks(
  path: string,
  changes: readonly { before: string; after: string }[],
  note: string,
  budget: HighlightBudget,
): Promise<DiffBlock[]> {
  const patches = await Promise.all(changes.map(({ before, after }) => createPatch(before, after)))
  const blocks: DiffBlock[] = []
  for (const [i, limits] of patchLimits(patches.map((patch) => ({ patch }))).entries()) {
    const patch = patches[i]!
    const lines = patch.split("\n")
    const countOf = (sign: string) =>
      lines.filter((line) => line.startsWith(sign) && !line.startsWith(sign.repeat(3))).length
    const block = await diffBlock(
      { path, patch, additions: countOf("+"), deletions: countOf("-") },
      note,
      budget,
      limits,
    )
    // The patch is computed while rendering: no file of the share holds it.
    blocks.push(block.cut ? { ...block, cut: { ...block.cut, file: undefined } } : block)
  }
  return blocks
}
