/** A line with its newline; the last line of a text may have none. */
interface ScriptLine {
  kind: "same" | "add" | "del"
  text: string
}

/** A change of a text from its first line on: lines, and counts of unknown unchanged lines between them. */
type EditScript = (ScriptLine | number)[]

/** Lines that may still be compared. Owned by the caller, decreased here. */
export interface CompareBudget {
  linesLeft: number
}

/** Lines of context around each change, as usual. */
const CONTEXT_LINES = 3
/** Changes with more edited lines are not compared again. */
const MAX_EDITED_LINES = 400

/**
 * Composes two consecutive unified diffs of one file into one, keeping the unchanged lines of both. undefined if that
 * is not certain: a diff is malformed or miscounts its lines, or the second does not apply to the first's result.
 */
export function composePatches(first: string, second: string): string | undefined {
  const [before, after] = [parseScript(first), parseScript(second)]
  const both = before && after && composeScripts(before, after)
  return both && formatScript(deletionsFirst(both), Number.POSITIVE_INFINITY)
}

/**
 * Reduces a diff to three lines of context and, if the budget allows comparing, drops lines that were deleted and
 * added again. "" if nothing is left; undefined if the diff is malformed.
 */
export async function tidyPatch(
  patch: string,
  comparisons: CompareBudget = { linesLeft: 0 },
): Promise<string | undefined> {
  const script = parseScript(patch)
  return script && formatScript(await minimizeScript(script, comparisons), CONTEXT_LINES)
}

/** Whether a diff creates its file, so that the full new text is known. */
export function isNewFile(patch: string): boolean {
  const script = parseScript(patch)
  return script !== undefined && consistsOf(script, "add")
}

/** Diff that creates a file. */
export const newFilePatch = (text: string): string =>
  formatScript(
    (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => ({ kind: "add", text: line })),
    CONTEXT_LINES,
  )

/** Added and deleted lines of a unified diff. */
export function countChangedLines(patch: string): { additions: number; deletions: number } {
  const counted = { additions: 0, deletions: 0 }
  for (const line of parseScript(patch) ?? []) {
    if (typeof line === "number" || line.kind === "same") continue
    if (line.kind === "add") counted.additions++
    else counted.deletions++
  }
  return counted
}

const consistsOf = (script: EditScript, kind: ScriptLine["kind"]): boolean =>
  script.length > 0 && script.every((line) => typeof line !== "number" && line.kind === kind)

/** Parses a unified diff of one file; undefined unless its hunks are in order and as long as their headers say. */
function parseScript(patch: string): EditScript | undefined {
  const lines = patch.split("\n")
  if (lines.at(-1) === "") lines.pop()
  const script: EditScript = []
  let [oldAt, newAt, oldLeft, newLeft] = [0, 0, 0, 0]
  let begun = false
  for (const line of lines) {
    if (oldLeft > 0 || newLeft > 0) {
      const kind = line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : "same"
      if (line.startsWith("\\")) {
        if (!removeFinalNewline(script)) return undefined
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
      if (line.startsWith("\\") && removeFinalNewline(script)) continue
      return undefined
    }
    begun = true
    oldLeft = Number(header[2] ?? 1)
    newLeft = Number(header[4] ?? 1)
    // A range without lines is given by the line before it.
    const [oldStart, newStart] = [Number(header[1]) - Math.sign(oldLeft), Number(header[3]) - Math.sign(newLeft)]
    const skipped = oldStart - oldAt
    if (skipped < 0 || skipped !== newStart - newAt) return undefined
    if (skipped > 0) script.push(skipped)
    oldAt = oldStart + oldLeft
    newAt = newStart + newLeft
  }
  return begun && oldLeft === 0 && newLeft === 0 ? script : undefined
}

/** Removes the newline of the last line, after `\ No newline at end of file`. */
function removeFinalNewline(script: EditScript): boolean {
  const last = script.at(-1)
  if (last === undefined || typeof last === "number") return false
  if (last.text.endsWith("\n")) last.text = last.text.slice(0, -1)
  return true
}

function composeScripts(first: EditScript, second: EditScript): EditScript | undefined {
  // If the file does not exist in between, the first diff must delete it and the second create it.
  if (consistsOf(first, "del") !== consistsOf(second, "add")) return undefined
  const both: EditScript = []
  let at = 0
  let rest = 0
  const put = (line: ScriptLine | number) => {
    if (typeof line === "number" && typeof both.at(-1) === "number") both.push((both.pop() as number) + line)
    else if (line !== 0) both.push(line)
  }
  /** The next line of the intermediate text, or at most `most` unknown lines. Passes the first diff's deletions on. */
  const next = (most: number): ScriptLine | number => {
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
  const end: EditScript = [...(rest > 0 ? [rest] : []), ...first.slice(at)]
  // A file that the second diff deletes must have no lines left; one that the first creates had none before.
  if (consistsOf(second, "del") && end.some((line) => typeof line === "number" || line.kind !== "del")) return undefined
  for (const line of end) put(line)
  if (consistsOf(first, "add") && both.some((line) => typeof line === "number" || line.kind !== "add")) return undefined
  return both
}

/** Compares contiguous known lines again, for a minimal change. */
async function minimizeScript(script: EditScript, comparisons: CompareBudget): Promise<EditScript> {
  if (comparisons.linesLeft <= 0 || !script.some((line) => typeof line !== "number" && line.kind === "del"))
    return script
  const { diffArrays } = await import("diff")
  const result: EditScript = []
  for (let from = 0; from < script.length; ) {
    const start = script[from] as ScriptLine | number
    if (typeof start === "number") {
      result.push(start)
      from++
      continue
    }
    let to = from
    while (to < script.length && typeof script[to] !== "number") to++
    const lines = script.slice(from, to) as ScriptLine[]
    from = to
    const side = (other: ScriptLine["kind"]) => lines.flatMap(({ kind, text }) => (kind === other ? [] : [text]))
    const changes =
      comparisons.linesLeft >= lines.length
        ? diffArrays(side("add"), side("del"), { maxEditLength: MAX_EDITED_LINES })
        : undefined
    comparisons.linesLeft -= lines.length
    if (!changes) for (const line of lines) result.push(line)
    else
      for (const { added, removed, value } of changes)
        for (const text of value) result.push({ kind: added ? "add" : removed ? "del" : "same", text })
  }
  return result
}

/** Orders each change: deletions before additions. */
function deletionsFirst(script: EditScript): EditScript {
  const ordered: EditScript = []
  let added: ScriptLine[] = []
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

/** Formats a script as a unified diff with so many lines of context; "" if nothing changes. */
function formatScript(script: EditScript, contextLines: number): string {
  const shown = linesInContext(script, contextLines)
  const pieces: string[] = []
  let [oldAt, newAt] = [0, 0]
  for (let i = 0; i < script.length; ) {
    if (!shown[i]) {
      const skipped = script[i] as ScriptLine | number
      const count = typeof skipped === "number" ? skipped : 1
      oldAt += count
      newAt += count
      i++
      continue
    }
    let [old, now] = [0, 0]
    const lines: string[] = []
    for (; i < script.length && shown[i]; i++) {
      const { kind, text } = script[i] as ScriptLine
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

/** Marks the lines within the context of a change. */
function linesInContext(script: EditScript, contextLines: number): boolean[] {
  const isChange = (line: ScriptLine | number | undefined) => typeof line === "object" && line.kind !== "same"
  const shown = script.map(() => false)
  const walk = (indices: Iterable<number>) => {
    let since = Number.POSITIVE_INFINITY
    for (const i of indices) {
      const line = script[i]
      since = typeof line === "number" ? Number.POSITIVE_INFINITY : isChange(line) ? 0 : since + 1
      if (since <= contextLines && since < Number.POSITIVE_INFINITY) shown[i] = true
    }
  }
  walk(script.keys())
  walk([...script.keys()].reverse())
  return shown
}
