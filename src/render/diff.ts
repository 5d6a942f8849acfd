export interface DiffFile {
  hunks: DiffHunk[]
}

export interface DiffHunk {
  oldStart: number
  newStart: number
  rows: DiffRow[]
}

export interface DiffRow {
  /** `note` is a remark of the diff's own, such as `\ No newline at end of file`. */
  kind: "same" | "add" | "del" | "note"
  /** The line's number before the change, if it was there. */
  old?: number
  /** The line's number after the change, if it is there. */
  new?: number
  /** Without the sign, and without the line's end. */
  text: string
}

/** A part of a text: from the first character to before the last, in UTF-16 units. */
export interface Range {
  from: number
  to: number
}

/** Larger texts, both together, are not compared line by line. */
const COMPARED = 200_000
/** So many added and deleted lines are looked for before a change counts as a rewrite. */
const EDITS = 2_000

/**
 * The hunks of a unified diff of one file. Reads any text: headers (`Index:`, `===`, `---`, `+++`, `diff --git`) before
 * the first hunk are passed over, a line without a sign inside a hunk is an unchanged line (editors strip the space of
 * an empty one), and a text without any `@@` has no hunks. Linear; never throws.
 */
export function parsePatch(patch: string): DiffFile {
  const hunks: DiffHunk[] = []
  let hunk: DiffHunk | undefined
  let [oldLine, newLine, oldLeft, newLeft] = [0, 0, 0, 0]
  const lines = patch.split("\n")
  if (lines.at(-1) === "") lines.pop()
  for (const line of lines) {
    const header = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/.exec(line)
    if (header) {
      oldLine = Number(header[1])
      newLine = Number(header[3])
      oldLeft = Number(header[2] ?? 1)
      newLeft = Number(header[4] ?? 1)
      hunk = { oldStart: oldLine, newStart: newLine, rows: [] }
      hunks.push(hunk)
      continue
    }
    if (hunk === undefined) continue
    const text = line.slice(1).replace(/\r$/, "")
    if (line.startsWith("\\")) hunk.rows.push({ kind: "note", text: line.slice(1).trim() })
    // Beyond what its header announces, a hunk goes on (a model's counts may be wrong) until another file's begins.
    else if (oldLeft <= 0 && newLeft <= 0 && /^(?![-+ ])|^(?:---|\+\+\+) /.test(line)) hunk = undefined
    else if (line.startsWith("+")) {
      hunk.rows.push({ kind: "add", new: newLine++, text })
      newLeft--
    } else if (line.startsWith("-")) {
      hunk.rows.push({ kind: "del", old: oldLine++, text })
      oldLeft--
    } else {
      hunk.rows.push({
        kind: "same",
        old: oldLine++,
        new: newLine++,
        text: line.startsWith(" ") ? text : line.replace(/\r$/, ""),
      })
      oldLeft--
      newLeft--
    }
  }
  return { hunks }
}

/**
 * A unified diff from one text to the other, with three lines around each change; "" where they are equal. Texts of
 * more than 200,000 characters together, or with thousands of changed lines, give one hunk: all of it deleted, then added.
 */
export async function patchOf(before: string, after: string): Promise<string> {
  if (before === after) return ""
  if (before.length + after.length <= COMPARED) {
    const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff")
    const patch = createTwoFilesPatch("before", "after", before, after, "", "", {
      context: 3,
      maxEditLength: EDITS,
      headerOptions: FILE_HEADERS_ONLY,
    })
    if (patch !== undefined) return patch
  }
  const old = linesOf(before)
  const now = linesOf(after)
  const span = (lines: string[]) => `${Math.min(1, lines.length)},${lines.length}`
  return [
    `@@ -${span(old)} +${span(now)} @@`,
    ...old.map((line) => `-${line}`),
    ...now.map((line) => `+${line}`),
    "",
  ].join("\n")
}

function linesOf(text: string): string[] {
  const lines = text.split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}

/**
 * For each row the part of it that changed, or undefined. Deleted lines and as many added ones that follow them are
 * compared in pairs: what lies between their common beginning and their common end is what changed. Pairs with too
 * little in common have no mark, because all of them has changed.
 */
export function markWords(rows: readonly DiffRow[]): (Range | undefined)[] {
  const marks: (Range | undefined)[] = rows.map(() => undefined)
  // A remark between the two sides (no newline at the end of the old file) does not part them.
  const order = rows.flatMap(({ kind }, i) => (kind === "note" ? [] : [i]))
  const kindAt = (at: number) => rows[order[at] ?? -1]?.kind
  let at = 0
  while (at < order.length) {
    const deleted = countFrom(at, "del")
    const added = countFrom(at + deleted, "add")
    if (deleted === added)
      for (let pair = at; pair < at + deleted; pair++) markPair(order[pair]!, order[pair + deleted]!)
    at += Math.max(1, deleted + added)
  }
  return marks

  function countFrom(start: number, kind: DiffRow["kind"]): number {
    let end = start
    while (kindAt(end) === kind) end++
    return end - start
  }

  function markPair(del: number, add: number): void {
    const ranges = changed(rows[del]!.text, rows[add]!.text)
    if (ranges !== undefined) [marks[del], marks[add]] = ranges
  }
}

function changed(before: string, after: string): [Range | undefined, Range | undefined] | undefined {
  const shorter = Math.min(before.length, after.length)
  let from = 0
  while (from < shorter && before[from] === after[from]) from++
  if (isPairSplit(before, from) || isPairSplit(after, from)) from--
  let end = 0
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end++
  if (isPairSplit(before, before.length - end) || isPairSplit(after, after.length - end)) end--
  const common = before.slice(0, from).trim().length + before.slice(before.length - end).trim().length
  if (common * 3 < shorter) return undefined
  const range = (text: string) => (text.length - end > from ? { from, to: text.length - end } : undefined)
  return [range(before), range(after)]
}

/** Whether a cut here would part the two halves of one character. */
function isPairSplit(text: string, at: number): boolean {
  return at > 0 && /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1))
}
