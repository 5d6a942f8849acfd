/** Lines before the first hunk, which tell more than lines: git's extended headers. */
const MAX_HEADER_CHARS = 8_000
/** Larger diffs are not searched for changes of white space alone. */
const MAX_COMPARED_CHARS = 200_000

const headerOf = (patch: string): string => {
  const head = patch.slice(0, MAX_HEADER_CHARS)
  const hunk = head.search(/^@@ /m)
  return hunk < 0 ? head : head.slice(0, hunk)
}

/** Facts from a diff's header beside lines: `renamed from a.ts, made executable`; "" if nothing. */
export function headerNote(patch: string): string {
  const header = headerOf(patch)
  const field = (name: string) => new RegExp(`^${name} (.+)$`, "m").exec(header)?.[1]?.trim()
  const [renamed, copied] = [field("rename from"), field("copy from")]
  const isBinary = /^(?:Binary files .* differ|GIT binary patch)/m.test(header)
  return [
    renamed === undefined ? "" : `renamed from ${unquotePath(renamed)}`,
    copied === undefined ? "" : `copied from ${unquotePath(copied)}`,
    modeNote(field("old mode"), field("new mode")),
    isBinary ? "binary" : "",
    !isBinary && field("new file mode") !== undefined && !/^@@ /m.test(patch) ? "empty" : "",
  ]
    .filter(Boolean)
    .join(", ")
}

/** Types of git's modes: the first digits; the last ones are permissions. */
function modeNote(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return ""
  if (after === "120000") return "became a symbolic link"
  if (before === "120000") return "no longer a symbolic link"
  if (after.endsWith("755")) return "made executable"
  return before.endsWith("755") ? "no longer executable" : `mode ${before} → ${after}`
}

/** The file's former name by the header of a diff, if it has another one. */
export function formerName(patch: string, file: string): string | undefined {
  const header = headerOf(patch)
  const named = /^rename from (.+)$/m.exec(header)?.[1] ?? /^--- ("?(?:a\/)?[^\t\r\n]+)/m.exec(header)?.[1]
  if (named === undefined) return undefined
  const name = unquotePath(named).replace(/^a\//, "")
  return name === file || name === "/dev/null" ? undefined : name
}

/** `only line ends changed`, `only white space changed`, or "". */
export function spaceNote(patch: string): string {
  if (patch.length > MAX_COMPARED_CHARS) return ""
  const [before, after]: [string[], string[]] = [[], []]
  let isInHunk = false
  for (const line of patch.split("\n")) {
    if (line.startsWith("@@ ")) isInHunk = true
    else if (isInHunk && line.startsWith("-")) before.push(line.slice(1))
    else if (isInHunk && line.startsWith("+")) after.push(line.slice(1))
  }
  if (before.length + after.length === 0) return ""
  const isSame = (normalize: (line: string) => string) =>
    before.map(normalize).filter(Boolean).join("\n") === after.map(normalize).filter(Boolean).join("\n")
  if (before.length === after.length && isSame((line) => `|${line.replace(/\r$/, "")}`)) return "only line ends changed"
  return isSame((line) => line.replace(/\s+/g, "")) ? "only white space changed" : ""
}

const ESCAPES: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, "\\": 92 }

/** A path as it is, which git quotes in the manner of C if it is not plain ASCII: `"a/\303\244.txt"`. */
export function unquotePath(path: string): string {
  if (!/^".*"$/s.test(path)) return path
  const bytes: number[] = []
  for (const [, octal, sign, plain] of path.slice(1, -1).matchAll(/\\([0-3][0-7]{2})|\\([abtnvfr"\\])|([^\\]+|\\)/g)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8))
    else if (sign !== undefined) bytes.push(ESCAPES[sign]!)
    else bytes.push(...Buffer.from(plain ?? ""))
  }
  return Buffer.from(bytes).toString("utf8")
}
