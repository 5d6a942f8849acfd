/** A line of a change, with its end; the last line of a text may have none. */
interface Line {
  kind: "same" | "add" | "del"
  text: string
}

/** A change of a text from its first line on: lines, and in between how many unchanged ones are not told. */
type Script = (Line | number)[]

/** How many lines may still be compared with each other. Owned by the caller, decreased here. */
export interface Comparisons {
  left: number
}

/** So many lines around each change are shown, as everywhere. */
const AROUND = 3
/** More changed lines than these stay as the single changes told them. */
const EDITS = 400

/**
 * Two unified diffs of one file, the second from where the first has led, as one: from what stood there before the first
 * to what stands there after the second. The unchanged lines that either tells are kept. undefined where that cannot be
 * told for certain: one of them cannot be read or miscounts its lines, or they do not meet (a line that the first has
 * left is another one in the second).
 */
export function composePatches(first: string, second: string): string | undefined {
  const [before, after] = [readScript(first), readScript(second)]
  const both = before && after && compose(before, after)
  return both && writeScript(inOrder(both), Number.POSITIVE_INFINITY)
}

/**
 * The same change with at most three unchanged lines around each place, and without the lines that were deleted and came
 * back, where `comparisons` allows to look for them. "" if nothing remains of the change; undefined if it cannot be read.
 */
export async function tidyPatch(patch: string, comparisons: Comparisons = { left: 0 }): Promise<string | undefined> {
  const script = readScript(patch)
  return script && writeScript(await minimised(script, comparisons), AROUND)
}

/** Whether a diff begins with no file: then all that it leads to is known. */
export function isNew(patch: string): boolean {
  const script = readScript(patch)
  return script !== undefined && has(script, "add")
}

/** The diff of a text that came to be. */
export const newPatch = (text: string): string =>
  writeScript(
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({ kind: "add", text: line })),
    AROUND,
  )

/** The lines that a unified diff of one file adds and deletes. */
export function linesChanged(patch: string): { additions: number; deletions: number } {
  const counted = { additions: 0, deletions: 0 }
  for (const line of readScript(patch) ?? []) {
    if (typeof line === "number" || line.kind === "same") continue
    if (line.kind === "add") counted.additions++
    else counted.deletions++
  }
  return counted
}

const has = (script: Script, kind: Line["kind"]): boolean =>
  script.length > 0 && script.every((line) => typeof line !== "number" && line.kind === kind)

/** A unified diff of one file as a script; undefined unless its hunks are in order and hold the lines they announce. */
function readScript(patch: string): Script | undefined {
  const lines = patch.split("\n")
  if (lines.at(-1) === "") lines.pop()
  const script: Script = []
  let [oldAt, newAt, oldLeft, newLeft] = [0, 0, 0, 0]
  let begun = false
  for (const line of lines) {
    if (oldLeft > 0 || newLeft > 0) {
      const kind = line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "same"
      if (line.startsWith("\\")) {
        if (!endLine(script)) return undefined
        continue
      }
      // Editors strip the space of an unchanged empty line.
      if (kind === "same" && line !== "" && !line.startsWith(" ")) return undefined
      script.push({ kind, text: `${line.slice(1)}\n` })
      if (kind !== "add" && oldLeft-- === 0) return undefined
      if (kind !== "del" && newLeft-- === 0) return undefined
      continue
    }
    const header = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/.exec(line)
    if (!header) {
      if (!begun || line === "") continue
      if (line.startsWith("\\") && endLine(script)) continue
      return undefined
    }
    begun = true
    oldLeft = Number(header[2] ?? 1)
    newLeft = Number(header[4] ?? 1)
    // A side without lines is named by the line before it.
    const [oldStart, newStart] = [Number(header[1]) - Math.sign(oldLeft), Number(header[3]) - Math.sign(newLeft)]
    const skipped = oldStart - oldAt
    if (skipped < 0 || skipped !== newStart - newAt) return undefined
    if (skipped > 0) script.push(skipped)
    oldAt = oldStart + oldLeft
    newAt = newStart + newLeft
  }
  return begun && oldLeft === 0 && newLeft === 0 ? script : undefined
}

/** The last line read turns out to be one without an end. */
function endLine(script: Script): boolean {
  const last = script.at(-1)
  if (last === undefined || typeof last === "number") return false
  if (last.text.endsWith("\n")) last.text = last.text.slice(0, -1)
  return true
}

function compose(first: Script, second: Script): Script | undefined {
  // Where there is no file in between, the first has to end and the second to begin with none.
  if (has(first, "del") !== has(second, "add")) return undefined
  const both: Script = []
  let at = 0
  let rest = 0
  const put = (line: Line | number) => {
    if (typeof line === "number" && typeof both.at(-1) === "number") both.push((both.pop() as number) + line)
    else if (line !== 0) both.push(line)
  }
  /** The next of the lines between the two, or up to so many that the first does not tell; its deletions go through. */
  const next = (most: number): Line | number => {
    for (;;) {
      if (rest > 0) {
        const taken = Math.min(rest, most)
        rest -= taken
        return taken
      }
      const line = first[at++]
      if (line === undefined) return most
      if (typeof line === "number") rest = line
      else if (line.kind === "del") put(line)
      else return line
    }
  }
  for (const line of second) {
    if (typeof line === "number") {
      for (let left = line; left > 0; ) {
        const between = next(left)
        left -= typeof between === "number" ? between : 1
        put(between)
      }
    } else if (line.kind === "add") put(line)
    else {
      const between = next(1)
      if (typeof between === "number") put(line)
      else if (between.text !== line.text) return undefined
      else if (line.kind === "same") put(between)
      else if (between.kind === "same") put(line)
    }
  }
  const end: Script = [...(rest > 0 ? [rest] : []), ...first.slice(at)]
  // The second ends with no file, though lines are left; or lines were there before the file was new.
  if (has(second, "del") && end.some((line) => typeof line === "number" || line.kind !== "del")) return undefined
  for (const line of end) put(line)
  if (has(first, "add") && both.some((line) => typeof line === "number" || line.kind !== "add")) return undefined
  return both
}

/** The lines that are told without a gap, compared anew. */
async function minimised(script: Script, comparisons: Comparisons): Promise<Script> {
  if (comparisons.left <= 0 || !script.some((line) => typeof line !== "number" && line.kind === "del")) return script
  const { diffArrays } = await import("diff")
  const result: Script = []
  for (let from = 0; from < script.length; ) {
    const start = script[from] as Line | number
    if (typeof start === "number") {
      result.push(start)
      from++
      continue
    }
    let to = from
    while (to < script.length && typeof script[to] !== "number") to++
    const lines = script.slice(from, to) as Line[]
    from = to
    const side = (other: Line["kind"]) => lines.flatMap(({ kind, text }) => (kind === other ? [] : [text]))
    const changes =
      comparisons.left >= lines.length ? diffArrays(side("add"), side("del"), { maxEditLength: EDITS }) : undefined
    comparisons.left -= lines.length
    if (!changes) for (const line of lines) result.push(line)
    else
      for (const { added, removed, value } of changes)
        for (const text of value) result.push({ kind: added ? "add" : removed ? "del" : "same", text })
  }
  return result
}

/** In every place what was deleted before what was added. */
function inOrder(script: Script): Script {
  const ordered: Script = []
  let added: Line[] = []
  for (const line of script) {
    if (typeof line !== "number" && line.kind === "add") {
      added.push(line)
      continue
    }
    if (typeof line === "number" || line.kind === "same") {
      for (const one of added) ordered.push(one)
      added = []
    }
    ordered.push(line)
  }
  for (const one of added) ordered.push(one)
  return ordered
}

/** A script as a unified diff, with at most so many unchanged lines around each place; "" where nothing changes. */
function writeScript(script: Script, around: number): string {
  const shown = shownOf(script, around)
  const pieces: string[] = []
  let [oldAt, newAt] = [0, 0]
  for (let i = 0; i < script.length; ) {
    if (!shown[i]) {
      const skipped = script[i] as Line | number
      const count = typeof skipped === "number" ? skipped : 1
      oldAt += count
      newAt += count
      i++
      continue
    }
    let [old, now] = [0, 0]
    const lines: string[] = []
    for (; i < script.length && shown[i]; i++) {
      const { kind, text } = script[i] as Line
      if (kind !== "add") old++
      if (kind !== "del") now++
      lines.push(kind === "add" ? "+" : kind === "del" ? "-" : " ", text)
      if (!text.endsWith("\n")) lines.push("\n\\ No newline at end of file\n")
    }
    pieces.push(`@@ -${oldAt + Math.sign(old)},${old} +${newAt + Math.sign(now)},${now} @@\n`, lines.join(""))
    oldAt += old
    newAt += now
  }
  return pieces.join("")
}

/** Which lines of a script are near enough to a change. */
function shownOf(script: Script, around: number): boolean[] {
  const isChange = (line: Line | number | undefined) => typeof line === "object" && line.kind !== "same"
  const shown = script.map(() => false)
  const walk = (indices: Iterable<number>) => {
    let since = Number.POSITIVE_INFINITY
    for (const i of indices) {
      const line = script[i]
      since = typeof line === "number" ? Number.POSITIVE_INFINITY : isChange(line) ? 0 : since + 1
      if (since <= around && since < Number.POSITIVE_INFINITY) shown[i] = true
    }
  }
  walk(script.keys())
  walk([...script.keys()].reverse())
  return shown
}
