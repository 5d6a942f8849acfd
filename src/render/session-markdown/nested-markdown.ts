/** Levels by which headings of a text are lowered, so that none looks like a heading of the document. */
const LOWERED_LEVELS = 3

/**
 * Makes the Markdown of a prompt or an answer a part of a document: its headings come below the document's, and it
 * leaves no fence or element open, which would swallow all that follows. Code in it is unchanged.
 */
export function nestedMarkdown(text: string): string {
  const lines = new Lines(text)
  const { unbalanced } = lines
  const nested = lines.all.map((line, i) => {
    if (lines.isCode[i]) return line
    const [, before = "", marks = "", rest = ""] = (line.includes("#") && HEADING.exec(line)) || []
    if (marks !== "")
      return before + "#".repeat(Math.min(6, marks.length + LOWERED_LEVELS)) + escapeTags(rest, unbalanced)
    // A line of = or - below a paragraph makes a heading of it: an empty line before it does not.
    const isUnderline = /^ {0,3}(?:=+|-+)[ \t]*$/.test(line) && /\S/.test(lines.all[i - 1] ?? "")
    if (isUnderline) return `\n${line.replace("=", "\\=")}`
    // An element that begins a line takes all lines up to an empty one: no fence begins there.
    return line.includes("<") && HTML_LINE.test(line)
      ? `${escapeTags(line, unbalanced)}\n`
      : escapeTags(line, unbalanced)
  })
  return lines.end === "" ? nested.join("\n") : `${nested.join("\n")}\n${lines.end}`
}

/** A heading, also one in quotations and list items. */
const HEADING = /^((?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]{0,4})(#{1,6})((?:[ \t].*)?)$/

const HTML_LINE = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]{0,4}<\/?[a-z]/i

const TAG = /<(\/?)([a-z][a-z0-9-]*)(?=[\s/>]|$)/gi
const VOID_ELEMENTS = new Set("area base br col embed hr img input link meta source track wbr".split(" "))

/** Makes text of tags that have no counterpart, and of headings. */
const escapeTags = (line: string, names: ReadonlySet<string>): string =>
  line.includes("<")
    ? line.replace(TAG, (tag, _, name: string) =>
        names.has(name.toLowerCase()) || /^h[1-6]$/i.test(name) ? `&lt;${tag.slice(1)}` : tag,
      )
    : line

/**
 * Lines of a text, and which of them are code. A fence is closed by one of the same character, at least as long, with
 * nothing after it (CommonMark 0.31, 4.5); HTML blocks of kinds 1 to 5 are closed by a marker of their own (4.6).
 */
class Lines {
  readonly all: readonly string[]
  readonly isCode: readonly boolean[]
  /** Closes what the text leaves open, or "". */
  readonly end: string
  /** Names of elements that are not closed, or closed and never opened. */
  readonly unbalanced: ReadonlySet<string>

  constructor(text: string) {
    let open = ""
    let html: (typeof HTML_BLOCKS)[number] | undefined
    const depths = new Map<string, number>()
    const unbalanced = new Set<string>()
    this.all = text.split("\n")
    this.isCode = this.all.map((line) => {
      if (html) {
        if (html.ends.test(line)) html = undefined
        return true
      }
      const [, run = "", rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
      if (run !== "") {
        if (open === "") open = run.startsWith("`") && rest.includes("`") ? "" : run
        else if (run[0] === open[0] && run.length >= open.length && rest.trim() === "") open = ""
        return true
      }
      if (open !== "") return true
      if (!line.includes("<")) return false
      html = HTML_BLOCKS.find(({ begins, ends }) => begins.test(line) && !ends.test(line))
      if (html) return true
      for (const [, slash, name = ""] of line.matchAll(TAG)) {
        const element = name.toLowerCase()
        if (VOID_ELEMENTS.has(element)) continue
        const depth = (depths.get(element) ?? 0) + (slash ? -1 : 1)
        depths.set(element, depth)
        if (depth < 0) unbalanced.add(element)
      }
      return false
    })
    for (const [element, depth] of depths) if (depth !== 0) unbalanced.add(element)
    this.unbalanced = unbalanced
    this.end = html?.end ?? open
  }
}

const HTML_BLOCKS = [
  ...["pre", "script", "style", "textarea"].map((name) => ({
    begins: new RegExp(`^ {0,3}<${name}(?:[\\s>]|$)`, "i"),
    ends: new RegExp(`</${name}>`, "i"),
    end: `</${name}>`,
  })),
  { begins: /^ {0,3}<!--/, ends: /-->/, end: "-->" },
  { begins: /^ {0,3}<\?/, ends: /\?>/, end: "?>" },
  { begins: /^ {0,3}<!\[CDATA\[/, ends: /\]\]>/, end: "]]>" },
  { begins: /^ {0,3}<![a-z]/i, ends: />/, end: ">" },
]
