export interface ParsedPatch {
  hunks: PatchHunk[]
}

export interface PatchHunk {
  /** `@@ -17,8 +25,9 @@ export async function …`, verbatim. */
  header: string
  oldStart: number
  newStart: number
  rows: PatchRow[]
}

export interface PatchRow {
  /** `note`: a marker line such as `\ No newline at end of file`. */
  kind: "same" | "add" | "del" | "note"
  /** Line number before the change, if the line existed. */
  old?: number
  /** Line number after the change, if the line exists. */
  new?: number
  /** Without the sign and the line end. */
  text: string
}

const HUNK_HEADER = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/

/** Larger texts, both together, are not compared. */
const MAX_COMPARED_CHARS = 200_000
/** More edited lines count as a rewrite. */
const MAX_EDITED_LINES = 2_000

/**
 * Parses the hunks of a unified diff of one file. Accepts any text: headers before the first hunk (`Index:`, `===`,
 * `---`, `+++`, `diff --git`) are skipped; a line without a sign inside a hunk is an unchanged line (editors strip the
 * space of an empty one); a text without `@@` has no hunks. Linear; never throws.
 */
export function parsePatch(patch: string): ParsedPatch {
  const hunks: PatchHunk[] = []
  let hunk: PatchHunk | undefined
  let [oldLine, newLine, oldLeft, newLeft] = [0, 0, 0, 0]
  const lines = patch.split("\n")
  if (lines.at(-1) === "") lines.pop()
  for (const line of lines) {
    const header = HUNK_HEADER.exec(line)
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
    // A hunk may be longer than its header says (models miscount): it ends where another file's header begins.
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
 * Header of a hunk that continues a patch at a line's beginning, so that its lines from there on can be parsed alone; ""
 * before the first hunk.
 */
export function continueAt(patch: string, start: number): string {
  const hunk = parsePatch(patch.slice(0, start)).hunks.at(-1)
  const header = hunk && HUNK_HEADER.exec(hunk.header)
  if (!header) return ""
  const range = (side: "old" | "new", first: number, count = "1") => {
    const lines = hunk.rows.filter((row) => row[side] !== undefined).length
    return `${first + lines},${Math.max(0, Number(count) - lines)}`
  }
  return `@@ -${range("old", hunk.oldStart, header[2])} +${range("new", hunk.newStart, header[4])} @@\n`
}

/**
 * Unified diff between two texts with three lines of context; "" if they are equal. Texts of more than 200,000
 * characters together, or with thousands of edited lines, become one hunk that deletes all and adds all.
 */
export async function createPatch(before: string, after: string): Promise<string> {
  if (before === after) return ""
  if (before.length + after.length <= MAX_COMPARED_CHARS) {
    const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff")
    const patch = createTwoFilesPatch("before", "after", before, after, "", "", {
      context: 3,
      maxEditLength: MAX_EDITED_LINES,
      headerOptions: FILE_HEADERS_ONLY,
    })
    if (patch !== undefined) return patch
  }
  const old = splitLines(before)
  const now = splitLines(after)
  const span = (lines: string[]) => `${Math.min(1, lines.length)},${lines.length}`
  return [
    `@@ -${span(old)} +${span(now)} @@`,
    ...old.map((line) => `-${line}`),
    ...now.map((line) => `+${line}`),
    "",
  ].join("\n")
}

function splitLines(text: string): string[] {
  const lines = text.split("\n")
  if (lines.at(-1) === "") lines.pop()
  return lines
}
