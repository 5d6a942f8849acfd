/** An element of the markup. */
export interface Element {
  name: string
  attributes: Map<string, string>
  /** Names of the enclosing elements, outermost first. */
  inside: string[]
}

export interface Markup {
  elements: Element[]
  /** All text outside of `<style>` and `<script>`, character references decoded. */
  text: string
}

const tag = /^<(?:!DOCTYPE html|(\/)?([a-z][a-z0-9]*-?)((?: [a-z][a-z0-9:-]*(?:="[^"]*"|=\d+)?)*) ?\/?)>/
const empty = new Set(["br", "hr", "img", "input", "link", "meta"])
const blocks = /^(?:p|div|pre|ul|ol|dl|table|figure|blockquote|h[1-6]|section|details|header|footer|nav|main|hr)$/

/**
 * Parses markup with a grammar far stricter than HTML's, on which all HTML parsers agree: lowercase tags closed in
 * order; attributes that are numbers or in double quotes; no bare `<`, `>` or `&` in text; no character that HTML
 * forbids; no nesting that a browser would rearrange. Throws at the first violation.
 */
export function readHtml(markup: string): Markup {
  const elements: Element[] = []
  const open: string[] = []
  let text = ""
  for (let at = 0; at < markup.length; ) {
    const fail = (reason: string) =>
      new Error(`${reason}: ${JSON.stringify(markup.slice(Math.max(0, at - 80), at + 120))}`)
    if (markup[at] !== "<") {
      const next = markup.indexOf("<", at)
      const piece = markup.slice(at, next < 0 ? undefined : next)
      if (/>|&(?!(?:#\d{1,7}|#x[\da-fA-F]{1,6}|[a-zA-Z]\w{1,30});)/.test(piece)) throw fail("a bare character")
      if (/[^\P{Cc}\n\t]|[\p{Cs}\ufffe\uffff]/u.test(piece)) throw fail("a character that HTML forbids")
      text += readReferences(piece)
      at += piece.length
      continue
    }
    const [whole, closing, name = "", attributes = ""] = tag.exec(markup.slice(at, at + 10_000)) ?? []
    if (whole === undefined) throw fail("not a tag")
    at += whole.length
    if (name === "") continue
    if (closing) {
      if (open.pop() !== name) throw fail(`</${name}> closes another element`)
      continue
    }
    if (name === "a" && open.includes("a")) throw fail("a link in a link")
    if (open.includes("p") && blocks.test(name)) throw fail(`<${name}> in a paragraph`)
    elements.push({ name, attributes: readAttributes(attributes, fail), inside: [...open] })
    if (name === "style" || name === "script") {
      const end = markup.indexOf(`</${name}>`, at)
      if (end < 0) throw fail(`<${name}> without an end`)
      at = end
    }
    if (!empty.has(name)) open.push(name)
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(" ")}`)
  return { elements, text }
}

function readAttributes(written: string, fail: (reason: string) => Error): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = "", quoted, number = ""] of written.matchAll(/ ([a-z][a-z0-9:-]*)(?:="([^"]*)"|=(\d+))?/g)) {
    if (attributes.has(name)) throw fail(`${name} twice`)
    attributes.set(name, readReferences(quoted ?? number))
  }
  return attributes
}

const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

function readReferences(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (name) return named[name] ?? whole
    const code = decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd"
  })
}
