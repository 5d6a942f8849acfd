import type { Token, Tokens } from "marked"
import { type Budget, highlight, loadLanguages } from "../highlight/highlight.ts"
import { languageNamed } from "../highlight/languages.ts"
import { emptyHtml, escapeProse, escapeText, html, joinHtml, markupOf, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import { outgrows, weighText } from "../html/weight.ts"
import { BoundedLexer } from "./markdown-lexer.ts"

/** Beyond these, Markdown is shown as it was written: its grammar has no linear parser. In characters and levels. */
const LONGEST_TEXT = 100_000
const LONGEST_LINE = 20_000
const MOST_ELEMENTS = 50_000
const DEEPEST = 40

export interface MarkdownOptions {
  /** A line break in the text is one on the page, as people mean it who type into a prompt. */
  breaks?: boolean
  /** Words that name a file or an agent (`@src/math.ts`) and are set apart. */
  mentions?: readonly string[]
}

/**
 * Markdown (GitHub's flavour) as markup. HTML in it is shown, not obeyed; links lead to http, https and mailto only, and
 * images become links: nothing is loaded. Headings begin at h3, below the page's own. A text whose markup would take more
 * of a page than its weight foretells is shown as it was written. Never throws.
 */
export async function renderMarkdown(
  text: string,
  budget: Budget,
  { breaks = false, mentions = [] }: MarkdownOptions = {},
): Promise<SafeHtml> {
  if (text.length > LONGEST_TEXT || tooKnotty(text)) return asWritten(text)
  const weight = weighText(text, "prose")
  // The lexer fills up every row of a table to as many cells as the head has.
  if (weight.elements > MOST_ELEMENTS) return asWritten(text)
  try {
    const tokens = new BoundedLexer({ gfm: true, breaks }, mentions).lex(text)
    await loadLanguages(codeLanguages(tokens))
    const before = budget.left
    const markup = blocks(tokens, budget)
    return outgrows(markupOf(markup), weight, before - budget.left) ? asWritten(text) : markup
  } catch {
    return asWritten(text)
  }
}

const asWritten = (text: string) => html`<pre class="written">${text}</pre>`

function tooKnotty(text: string): boolean {
  for (const line of text.split("\n")) {
    if (line.length > LONGEST_LINE) return true
    const markers = /^(?:\s*(?:>|[-*+]\s|\d{1,9}[.)]\s))+/.exec(line)?.[0] ?? ""
    if (markers.length > DEEPEST && markers.replace(/\s+/g, "").length > DEEPEST) return true
    if (/^\s*/.exec(line)![0].length > DEEPEST * 4 && /^\s*(?:[-*+]|\d+[.)])\s/.test(line)) return true
  }
  return /(?:[[(!*_~`<]\s?){300}/.test(text)
}

function* codeLanguages(tokens: Token[]): Generator<string> {
  for (const token of tokens) {
    if (token.type === "code" && token["lang"]) {
      const language = languageNamed(String(token["lang"]))
      if (language) yield language
    }
    if (token.type === "list") for (const item of (token as Tokens.List).items) yield* codeLanguages(item.tokens)
    else if ("tokens" in token && token.tokens && token.type === "blockquote") yield* codeLanguages(token.tokens)
  }
}

function blocks(tokens: Token[] | undefined, budget: Budget): SafeHtml {
  return joinHtml((tokens ?? []).map((token) => block(token as Tokens.Generic, budget)))
}

function block(token: Tokens.Generic, budget: Budget): SafeHtml {
  switch (token.type) {
    case "space":
    case "def":
      return emptyHtml
    case "heading":
      return heading(Math.min(token["depth"] + 2, 6), inline(token.tokens))
    case "paragraph":
      return html`<p>${inline(token.tokens)}</p>\n`
    case "text":
      return token.tokens ? inline(token.tokens) : escapeProse(String(token["text"]))
    case "code":
      return codeBlock(String(token["text"]), languageNamed(String(token["lang"] ?? "")), budget)
    case "blockquote":
      return html`<blockquote>${blocks(token.tokens, budget)}</blockquote>\n`
    case "hr":
      return html`<hr>\n`
    case "list":
      return list(token as Tokens.List, budget)
    case "table":
      return table(token as Tokens.Table)
    case "html": {
      const text = String(token["text"]).trimEnd()
      return text.includes("\n") ? html`${asWritten(text)}\n` : html`<p>${text}</p>\n`
    }
    default:
      return inline([token])
  }
}

function heading(level: number, content: SafeHtml): SafeHtml {
  if (level === 3) return html`<h3>${content}</h3>\n`
  if (level === 4) return html`<h4>${content}</h4>\n`
  return level === 5 ? html`<h5>${content}</h5>\n` : html`<h6>${content}</h6>\n`
}

/** A block of code with its language named; coloured where the language is known. */
function codeBlock(code: string, language: string | undefined, budget: Budget): SafeHtml {
  const label = language ? html`<figcaption>${language}</figcaption>` : emptyHtml
  return html`<figure class="code">${label}<pre tabindex="0"><code>${highlight(code, language, budget)}</code></pre></figure>\n`
}

function list({ ordered, start, items }: Tokens.List, budget: Budget): SafeHtml {
  const content = joinHtml(
    items.map((item) => {
      const inner = blocks(item.tokens, budget)
      if (!item.task) return html`<li>${inner}</li>\n`
      const box = item.checked
        ? html`<span class="box" role="img" aria-label="done">☑</span>`
        : html`<span class="box" role="img" aria-label="open">☐</span>`
      return html`<li class="task">${box} ${inner}</li>\n`
    }),
  )
  if (!ordered) return html`<ul>${content}</ul>\n`
  return start === 1 || start === ""
    ? html`<ol>${content}</ol>\n`
    : html`<ol start="${Number(start) || 0}">${content}</ol>\n`
}

function table({ header, rows }: Tokens.Table): SafeHtml {
  const aligned = { left: emptyHtml, center: html` class="mid"`, right: html` class="end"` }
  const of = ({ align }: Tokens.TableCell) => aligned[align ?? "left"]
  const head = joinHtml(header.map((cell) => html`<th${of(cell)}>${inline(cell.tokens)}</th>`))
  const body = joinHtml(
    rows.map((row) => html`<tr>${joinHtml(row.map((cell) => html`<td${of(cell)}>${inline(cell.tokens)}</td>`))}</tr>`),
  )
  return html`<div class="table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>\n`
}

/** `inLink`: what is a link of its own is only its label, since HTML knows no links in links. */
function inline(tokens: Token[] | undefined, inLink = false): SafeHtml {
  return joinHtml((tokens ?? []).map((token) => span(token as Tokens.Generic, inLink)))
}

function span(token: Tokens.Generic, inLink: boolean): SafeHtml {
  switch (token.type) {
    case "strong":
      return html`<strong>${inline(token.tokens, inLink)}</strong>`
    case "em":
      return html`<em>${inline(token.tokens, inLink)}</em>`
    case "del":
      return html`<del>${inline(token.tokens, inLink)}</del>`
    case "codespan":
      return html`<code>${String(token["text"])}</code>`
    case "br":
      return html`<br>\n`
    case "link": {
      const target = String(token["href"])
      const label = token.text === "" ? escapeText(target) : inline(token.tokens, true)
      return inLink ? label : link(target, label)
    }
    case "image": {
      const label = html`[image: ${String(token["text"]) || "image"}]`
      return inLink ? label : link(String(token["href"]), label)
    }
    case "checkbox":
      // The box of a task is drawn from the list's item.
      return emptyHtml
    case "mention":
      return html`<span class="mention">${String(token["text"])}</span>`
    case "written":
      return html`<span class="written">${String(token["text"])}</span>`
    case "escape":
    case "html":
      return escapeText(String(token["text"]))
    default:
      return token.tokens ? inline(token.tokens, inLink) : escapeProse(String(token["text"] ?? token.raw))
  }
}

/** A link that opens outside of the page and tells nothing of it; a target that is none of the web's is shown as text. */
function link(written: string, label: SafeHtml): SafeHtml {
  const target = written.replace(/&(?:amp|#38|#x26);/gi, "&")
  const url = safeUrl(target)
  if (url) return html`<a href="${url}" rel="noopener noreferrer nofollow">${label}</a>`
  return /^(?:data|javascript|vbscript):|^$/i.test(target)
    ? label
    : html`${label} <span class="target">(${target.slice(0, 200)})</span>`
}
