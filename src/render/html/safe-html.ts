import { createHash } from "node:crypto"
import { MAY_HIDE, mayHide, reveal } from "../../lib/hidden-characters.ts"

/**
 * Markup that is safe to put into a page: the only kind of value that components do not escape. It is made in this file
 * alone, from text that is escaped and from other safe markup.
 *
 * The brand is a registered symbol and not a class, because the prebuilt page holds a copy of this module of its own;
 * and it cannot come from a session, because JSON has no symbols.
 */
export interface SafeHtml {
  readonly [brand]: string
}

const brand: unique symbol = Symbol.for("opencode-bucket.safe-html")

const mint = (markup: string): SafeHtml => ({ [brand]: markup })

export const emptyHtml: SafeHtml = mint("")

/** The markup inside, for the one component that writes it. Throws for anything that was not made here. */
export function markupOf(value: SafeHtml): string {
  const markup: unknown = (value as Partial<SafeHtml> | null | undefined)?.[brand]
  if (typeof markup !== "string") throw new TypeError("Only markup made by safe-html.ts goes into a page unescaped.")
  return markup
}

/** Text as markup that shows it: escaped, without what HTML or UTF-8 cannot carry, hidden characters by their names. */
export const escapeText = (text: string): SafeHtml => mint(shown(text, "code"))

/**
 * As `escapeText`, but hidden characters that writing needs stay, and character references in the text (`&copy;`, `&#8212;`) stay
 * what they stand for, as Markdown has it.
 */
export const escapeProse = (text: string): SafeHtml =>
  mint(shown(text, "prose").replace(/&amp;(#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});/gi, "&$1;"))

/** Several pieces of safe markup, one after the other. */
export const joinHtml = (pieces: Iterable<SafeHtml>): SafeHtml => {
  let markup = ""
  for (const piece of pieces) markup += markupOf(piece)
  return mint(markup)
}

/**
 * Text in an element that says nothing but how it looks: `<c- k>` (a custom element without a definition, which HTML allows
 * any attributes). Coloured words are most of a page's elements, and no other way to write one is as short.
 * @param look words of small letters and digits. Throws for any other.
 */
export function lookOf(look: string, text: string): SafeHtml {
  let tag = tags.get(look)
  if (tag === undefined) {
    if (!/^[a-z][a-z0-9]*(?: [a-z][a-z0-9]*)*$/.test(look))
      throw new TypeError("A look is words of letters and digits.")
    tag = `<c- ${look}>`
    tags.set(look, tag)
  }
  return mint(`${tag}${shown(text, "code")}</c->`)
}

const tags = new Map<string, string>()

/** This package's own style sheet as an element, and the base64 of its SHA-256, by which a page's policy allows it. */
export function styleElement(css: string): { markup: SafeHtml; hash: string } {
  if (/<\/style/i.test(css)) throw new TypeError("A style sheet cannot contain the end of its own element.")
  return { markup: mint(`<style>${css}</style>`), hash: createHash("sha256").update(css).digest("base64") }
}

/** As `styleElement`, for this package's own script: a classic one that runs where it stands. */
export function scriptElement(script: string): { markup: SafeHtml; hash: string } {
  // What is written must be, byte for byte, what was hashed and what runs: nothing that ends the element or opens a
  // comment in it, and no character that is replaced on the way into a page.
  if (/<\/script|<!--|<script|\r/i.test(script) || printable(script) !== script)
    throw new TypeError("A script cannot contain this in its element.")
  return { markup: mint(`<script>${script}</script>`), hash: createHash("sha256").update(script).digest("base64") }
}

type Value = string | number | SafeHtml | readonly SafeHtml[]

/**
 * A template whose own text is markup and whose values are escaped, unless they are safe already.
 * Attribute values are always written in double quotes, unless they are numbers: html`<a href="${url}">${label}</a>`.
 */
export function html(strings: TemplateStringsArray, ...values: Value[]): SafeHtml {
  let markup = strings[0] as string
  for (const [i, value] of values.entries()) {
    if (typeof value === "string") markup += isInTag(strings, i) ? escaped(plain(value)) : shown(value, "code")
    else if (typeof value === "number") markup += String(value)
    else markup += Array.isArray(value) ? markupOf(joinHtml(value)) : markupOf(value as SafeHtml)
    markup += strings[i + 1] as string
  }
  return mint(markup)
}

const inTag = new WeakMap<TemplateStringsArray, boolean[]>()

/** Whether the value after this piece of a template stands in a tag: there, it must not become markup. */
function isInTag(strings: TemplateStringsArray, piece: number): boolean {
  let known = inTag.get(strings)
  if (!known) {
    let inside = false
    known = strings.map((text) => {
      const [open, close] = [text.lastIndexOf("<"), text.lastIndexOf(">")]
      if (open !== close) inside = open > close
      return inside
    })
    inTag.set(strings, known)
  }
  return known[piece] as boolean
}

/** Escaped text in which hidden characters are small signs with their names. */
function shown(text: string, where: "code" | "prose"): string {
  if (!other.test(text)) return text
  return mayHide(text) ? reveal(escaped(text), where, (name) => `<span class="u">${name}</span>`) : escaped(text)
}

/** Any character but those that stand for themselves everywhere: one look at most texts is enough. */
const other = /[^\t\n !#-%(-;=?-~]/

/** Text, not markup, in which hidden characters that no writing needs are named. */
const plain = (text: string): string => (mayHide(text) ? reveal(text, "prose", (name) => `⟨${name}⟩`) : text)

const special: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" }

function escaped(text: string): string {
  if (!/[&<>"'\r]/.test(text)) return carried(text)
  return carried(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[&<>"']/g, (character) => special[character] as string)
}

/**
 * Text as HTML and UTF-8 can carry it: control characters (except tab and line ends) show as their Unicode pictures, lone
 * surrogates as the replacement character, hidden characters that no writing needs as their names (`⟨U+202E⟩`).
 * Components escape the text that they are given, but leave these in it.
 */
export const printable = (text: string): string => (mayBeOdd(text) ? carried(plain(text)) : text)

const ODD = `${MAY_HIDE}\\u0000-\\u0008\\u000b-\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff`

/** By UTF-16 unit: pages are long, and an expression of so many ranges takes five times as long. */
const isOdd = new Uint8Array(0x1_0000)
for (const [, from = "", to = from] of ODD.matchAll(/\\u(.{4})(?:-\\u(.{4}))?/g))
  isOdd.fill(1, Number.parseInt(from, 16), Number.parseInt(to, 16) + 1)

/** One look tells that there is nothing to do. */
function mayBeOdd(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (isOdd[text.charCodeAt(i)] === 1) return true
  return false
}

function carried(text: string): string {
  if (!/[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/.test(text)) return text
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b-\u000c\u000e-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u007f-\u009f\ufffe\uffff]/g, "\ufffd")
}
