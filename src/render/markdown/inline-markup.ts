import type { Token, Tokens } from "marked"
import { emptyHtml, escapeProse, escapeText, html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"

/** Elements of HTML in prose that change no more than how their text looks. Written without attributes only. */
const ELEMENTS: Record<string, (content: SafeHtml) => SafeHtml> = {
  b: (content) => html`<strong>${content}</strong>`,
  strong: (content) => html`<strong>${content}</strong>`,
  i: (content) => html`<em>${content}</em>`,
  em: (content) => html`<em>${content}</em>`,
  s: (content) => html`<del>${content}</del>`,
  del: (content) => html`<del>${content}</del>`,
  ins: (content) => html`<ins>${content}</ins>`,
  u: (content) => html`<ins>${content}</ins>`,
  mark: (content) => html`<mark>${content}</mark>`,
  small: (content) => html`<small>${content}</small>`,
  kbd: (content) => html`<kbd>${content}</kbd>`,
  samp: (content) => html`<code>${content}</code>`,
  sub: (content) => html`<sub>${content}</sub>`,
  sup: (content) => html`<sup>${content}</sup>`,
}
const TAG = /^<(\/?)([a-z]+)\s*>$/i
const LINE_BREAK = /^<br\s*\/?>$/i
/** Elements within each other; more are text. */
const MAX_DEPTH = 8

interface OpenElement {
  name: string
  written: SafeHtml
  content: SafeHtml[]
}

/**
 * Renders inline tokens. Of HTML, elements that are begun and ended in the same text become elements; everything else of
 * it is text.
 * @param inLink renders nested links as their labels, since HTML does not nest links
 */
export function renderInlines(tokens: Token[] | undefined, inLink = false): SafeHtml {
  const all = tokens ?? []
  if (!all.some(({ type }) => type === "html"))
    return joinHtml(all.map((token) => renderInline(token as Tokens.Generic, inLink)))
  const open: OpenElement[] = [{ name: "", written: emptyHtml, content: [] }]
  for (const token of all) {
    const [, end, tag = ""] = (token.type === "html" && TAG.exec(token.raw)) || []
    const element = tag.toLowerCase()
    const from = end === "/" ? open.findLastIndex(({ name }) => name === element) : 0
    if (from > 0) {
      const content = joinHtml(open.splice(from).flatMap(withoutEnd).slice(1))
      open.at(-1)!.content.push(ELEMENTS[element]!(content))
    } else if (end === "" && Object.hasOwn(ELEMENTS, element) && open.length <= MAX_DEPTH)
      open.push({ name: element, written: escapeText(token.raw), content: [] })
    else open.at(-1)!.content.push(renderInline(token as Tokens.Generic, inLink))
  }
  return joinHtml(open.flatMap(withoutEnd))
}

/** The tag of an element that is never ended is text. */
const withoutEnd = ({ written, content }: OpenElement): SafeHtml[] => [written, ...content]

function renderInline(token: Tokens.Generic, inLink: boolean): SafeHtml {
  switch (token.type) {
    case "strong":
      return html`<strong>${renderInlines(token.tokens, inLink)}</strong>`
    case "em":
      return html`<em>${renderInlines(token.tokens, inLink)}</em>`
    case "del":
      return html`<del>${renderInlines(token.tokens, inLink)}</del>`
    case "codespan":
      return html`<code>${String(token["text"])}</code>`
    case "math":
      return html`<code class="math">${token.raw}</code>`
    case "footnoteMark":
      return html`<sup class="footnote">${String(token["text"])}</sup>`
    case "br":
      return html`<br>\n`
    case "link": {
      const target = String(token["href"])
      const label = token.text === "" ? escapeText(target) : renderInlines(token.tokens, true)
      return inLink ? label : renderLink(target, label)
    }
    case "image": {
      const label = html`[image: ${String(token["text"]) || "image"}]`
      return inLink ? label : renderLink(String(token["href"]), label)
    }
    case "checkbox":
      // Task boxes are rendered with their list item.
      return emptyHtml
    case "mention":
      return html`<span class="mention">${String(token["text"])}</span>`
    case "written":
      return html`<span class="written">${String(token["text"])}</span>`
    case "escape":
      return escapeText(String(token["text"]))
    case "html":
      return LINE_BREAK.test(token.raw) ? html`<br>\n` : escapeText(String(token["text"]))
    default:
      return token.tokens ? renderInlines(token.tokens, inLink) : escapeProse(String(token["text"] ?? token.raw))
  }
}

/** An external link that passes no referrer; a target that is no web address is shown as text. */
function renderLink(written: string, label: SafeHtml): SafeHtml {
  const target = written.replace(/&(?:amp|#38|#x26);/gi, "&")
  const url = safeUrl(target)
  if (url) return html`<a href="${url}" rel="noopener noreferrer nofollow">${label}</a>`
  return /^(?:data|javascript|vbscript):|^$/i.test(target)
    ? label
    : html`${label} <span class="target">(${target.slice(0, 200)})</span>`
}
