export interface DiffFile {
  hunks: DiffHunk[]
}

export interface DiffHunk {
  /** `@@ -17,8 +25,9 @@ export async function …`, as it stands. */
  header: string
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
      hunk = { header: line.trimEnd(), oldStart: oldLine, newStart: newLine, rows: [] }
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
