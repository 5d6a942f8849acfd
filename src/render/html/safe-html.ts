import { createHash } from "node:crypto"
import { MAY_HIDE, mayHide, reveal } from "../../lib/hidden-characters.ts"

/**
 * Markup that is safe to put into a page: the only values that components do not escape. Created in this file only,
 * from escaped text and other safe markup.
 *
 * The brand is a registered symbol, not a class, because the prebuilt page contains its own copy of this module. It
 * cannot come from a session, because JSON has no symbols.
 */
export interface SafeHtml {
  readonly [brand]: string
}

const brand: unique symbol = Symbol.for("opencode-bucket.safe-html")

const mint = (markup: string): SafeHtml => ({ [brand]: markup })

export const emptyHtml: SafeHtml = mint("")

/** The markup, for the one component that writes it. Throws for any value not created here. */
export function markupOf(value: SafeHtml): string {
  const markup: unknown = (value as Partial<SafeHtml> | null | undefined)?.[brand]
  if (typeof markup !== "string") throw new TypeError("Only markup made by safe-html.ts goes into a page unescaped.")
  return markup
}

/**
 * Output of Astro's renderer, which escapes all text: completes the escaping by what HTML and UTF-8 cannot
 * carry. For src/components/render-page.ts only.
 */
export function componentMarkup(markup: string): SafeHtml {
  const text = printable(markup)
  return mint(text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text)
}

/** Escapes text for code: without characters that HTML or UTF-8 cannot carry; hidden characters are shown by name. */
export const escapeText = (text: string): SafeHtml => mint(escapeVisibly(text, "code"))

/**
 * Escapes text for prose: unlike `escapeText`, keeps hidden characters that text needs, and character references
 * (`&copy;`, `&#8212;`), as Markdown does.
 */
export const escapeProse = (text: string): SafeHtml =>
  mint(escapeVisibly(text, "prose").replace(/&amp;(#\d{1,7}|#x[\da-f]{1,6}|[a-z]\w{1,30});/gi, "&$1;"))

/** Concatenates safe markup. */
export const joinHtml = (pieces: Iterable<SafeHtml>): SafeHtml => {
  let markup = ""
  for (const piece of pieces) markup += markupOf(piece)
  return mint(markup)
}

/**
 * Text in an element for styling only: `<c- k>`, an undefined custom element, on which HTML allows any attributes.
 * Highlighted tokens are most of a page's elements, and no other markup for them is as short.
 * @param attributes words of lowercase letters and digits; throws for any other
 */
export function styledSpan(attributes: string, text: string): SafeHtml {
  let tag = spanTags.get(attributes)
  if (tag === undefined) {
    if (!/^[a-z][a-z0-9]*(?: [a-z][a-z0-9]*)*$/.test(attributes))
      throw new TypeError("A look is words of letters and digits.")
    tag = `<c- ${attributes}>`
    spanTags.set(attributes, tag)
  }
  return mint(`${tag}${escapeVisibly(text, "code")}</c->`)
}

const spanTags = new Map<string, string>()

/** Style element of this package's own CSS, with the base64 SHA-256 by which the page's policy allows it. */
export function styleElement(css: string): { markup: SafeHtml; hash: string } {
  if (/<\/style/i.test(css)) throw new TypeError("A style sheet cannot contain the end of its own element.")
  return { markup: mint(`<style>${css}</style>`), hash: createHash("sha256").update(css).digest("base64") }
}

/** Script element of this package's own classic script, with the hash for the policy. */
export function scriptElement(script: string): { markup: SafeHtml; hash: string } {
  // The written bytes must be those that were hashed and that run: nothing that ends the element or opens a comment,
  // and no character that is replaced in pages.
  if (/<\/script|<!--|<script|\r/i.test(script) || printable(script) !== script)
    throw new TypeError("A script cannot contain this in its element.")
  return { markup: mint(`<script>${script}</script>`), hash: createHash("sha256").update(script).digest("base64") }
}

type TemplateValue = string | number | SafeHtml | readonly SafeHtml[]

/**
 * Template tag: the template's own text is markup, values are escaped unless they are safe markup already. Attribute
 * values must be in double quotes, unless they are numbers: html`<a href="${url}">${label}</a>`.
 */
export function html(strings: TemplateStringsArray, ...values: TemplateValue[]): SafeHtml {
  let markup = strings[0] as string
  for (const [i, value] of values.entries()) {
    if (typeof value === "string")
      markup += isInTag(strings, i) ? escapeMarkup(nameHidden(value)) : escapeVisibly(value, "code")
    else if (typeof value === "number") markup += String(value)
    else markup += Array.isArray(value) ? markupOf(joinHtml(value)) : markupOf(value as SafeHtml)
    markup += strings[i + 1] as string
  }
  return mint(markup)
}

const inTag = new WeakMap<TemplateStringsArray, boolean[]>()

/** Whether the value after this template piece is inside a tag, where hidden characters must not become markup. */
function isInTag(strings: TemplateStringsArray, piece: number): boolean {
  let cached = inTag.get(strings)
  if (!cached) {
    let inside = false
    cached = strings.map((text) => {
      const [open, close] = [text.lastIndexOf("<"), text.lastIndexOf(">")]
      if (open !== close) inside = open > close
      return inside
    })
    inTag.set(strings, cached)
  }
  return cached[piece] as boolean
}

/** Escapes text; hidden characters become small labels with their names. */
function escapeVisibly(text: string, where: "code" | "prose"): string {
  if (!NEEDS_ESCAPING.test(text)) return text
  return mayHide(text)
    ? reveal(escapeMarkup(text), where, (name) => `<span class="u">${name}</span>`)
    : escapeMarkup(text)
}

/** Matches texts with any character that needs escaping: most have none. */
const NEEDS_ESCAPING = /[^\t\n !#-%(-;=?-~]/

/** Names hidden characters that no text needs, as plain text. */
const nameHidden = (text: string): string => (mayHide(text) ? reveal(text, "prose", (name) => `⟨${name}⟩`) : text)

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" }

function escapeMarkup(text: string): string {
  if (!/[&<>"'\r]/.test(text)) return toCarriable(text)
  return toCarriable(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
}

/**
 * Text that HTML and UTF-8 can carry: control characters (except tab and line ends) become their Unicode pictures,
 * lone surrogates the replacement character, hidden characters that no text needs their names (`⟨U+202E⟩`). Components
 * escape text but leave these in it.
 */
export const printable = (text: string): string => (mayNeedPrintable(text) ? toCarriable(nameHidden(text)) : text)

const UNPRINTABLE = `${MAY_HIDE}\\u0000-\\u0008\\u000b-\\u000c\\u000e-\\u001f\\u007f-\\u009f\\ufffe\\uffff`

/** Lookup table by UTF-16 unit: on long pages, a regular expression of so many ranges takes five times as long. */
const unprintableUnits = new Uint8Array(0x1_0000)
for (const [, from = "", to = from] of UNPRINTABLE.matchAll(/\\u(.{4})(?:-\\u(.{4}))?/g))
  unprintableUnits.fill(1, Number.parseInt(from, 16), Number.parseInt(to, 16) + 1)

function mayNeedPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (unprintableUnits[text.charCodeAt(i)] === 1) return true
  return false
}

function toCarriable(text: string): string {
  if (!/[\u0000-\u0008\u000b-\u000c\u000e-\u001f\u007f-\u009f\ud800-\udfff\ufffe\uffff]/.test(text)) return text
  return text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b-\u000c\u000e-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)))
    .replace(/[\u007f-\u009f\ufffe\uffff]/g, "\ufffd")
}
