import type { Token, Tokens } from "marked"
import { type HighlightBudget, highlight, loadLanguages } from "../highlight/highlight.ts"
import { languageByName } from "../highlight/languages.ts"
import { emptyHtml, escapeProse, escapeText, html, joinHtml, markupOf, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import { estimateText, exceedsEstimate } from "../html/size-estimate.ts"
import { BoundedLexer } from "./markdown-lexer.ts"

/**
 * Beyond these limits, Markdown is shown as source: its grammar has no linear parser. MAX_DEPTH is in levels of
 * nesting.
 */
const MAX_TEXT_CHARS = 100_000
const MAX_LINE_CHARS = 20_000
const MAX_ELEMENTS = 50_000
const MAX_DEPTH = 40

export interface MarkdownOptions {
  /** Keeps line breaks, as people expect who type into a prompt. */
  breaks?: boolean
  /** Names of files and agents (`@src/math.ts`) to set apart. */
  mentions?: readonly string[]
}

/**
 * Renders GitHub Flavored Markdown. HTML in it is shown as text; links lead to http, https and mailto only; images
 * become links, so that nothing is loaded. Headings begin at h3, below the page's own. A text whose markup is larger
 * than estimated is shown as source. Never throws.
 */
export async function renderMarkdown(
  text: string,
  budget: HighlightBudget,
  { breaks = false, mentions = [] }: MarkdownOptions = {},
): Promise<SafeHtml> {
  if (text.length > MAX_TEXT_CHARS || isPathological(text)) return renderSource(text)
  const size = estimateText(text, "prose")
  // Early exit: the lexer pads every row of a table to the columns of its head.
  if (size.elements > MAX_ELEMENTS) return renderSource(text)
  try {
    const tokens = new BoundedLexer({ gfm: true, breaks }, mentions).lex(text)
    await loadLanguages(codeLanguages(tokens))
    const before = budget.charsLeft
    const markup = renderBlocks(tokens, budget)
    return exceedsEstimate(markupOf(markup), size, before - budget.charsLeft) ? renderSource(text) : markup
  } catch {
    return renderSource(text)
  }
}

const renderSource = (text: string) => html`<pre class="written">${text}</pre>`

function isPathological(text: string): boolean {
  for (const line of text.split("\n")) {
    if (line.length > MAX_LINE_CHARS) return true
    const markers = /^(?:\s*(?:>|[-*+]\s|\d{1,9}[.)]\s))+/.exec(line)?.[0] ?? ""
    if (markers.length > MAX_DEPTH && markers.replace(/\s+/g, "").length > MAX_DEPTH) return true
    if (/^\s*/.exec(line)![0].length > MAX_DEPTH * 4 && /^\s*(?:[-*+]|\d+[.)])\s/.test(line)) return true
  }
  return /(?:[[(!*_~`<]\s?){300}/.test(text)
}

function* codeLanguages(tokens: Token[]): Generator<string> {
  for (const token of tokens) {
    if (token.type === "code" && token["lang"]) {
      const language = languageByName(String(token["lang"]))
      if (language) yield language
    }
    if (token.type === "list") for (const item of (token as Tokens.List).items) yield* codeLanguages(item.tokens)
    else if ("tokens" in token && token.tokens && token.type === "blockquote") yield* codeLanguages(token.tokens)
  }
}

function renderBlocks(tokens: Token[] | undefined, budget: HighlightBudget): SafeHtml {
  return joinHtml((tokens ?? []).map((token) => renderBlock(token as Tokens.Generic, budget)))
}

function renderBlock(token: Tokens.Generic, budget: HighlightBudget): SafeHtml {
  switch (token.type) {
    case "space":
    case "def":
      return emptyHtml
    case "heading":
      return renderHeading(Math.min(token["depth"] + 2, 6), renderInlines(token.tokens))
    case "paragraph":
      return html`<p>${renderInlines(token.tokens)}</p>\n`
    case "text":
      return token.tokens ? renderInlines(token.tokens) : escapeProse(String(token["text"]))
    case "code":
      return renderCode(String(token["text"]), languageByName(String(token["lang"] ?? "")), budget)
    case "blockquote":
      return html`<blockquote>${renderBlocks(token.tokens, budget)}</blockquote>\n`
    case "hr":
      return html`<hr>\n`
    case "list":
      return renderList(token as Tokens.List, budget)
    case "table":
      return renderTable(token as Tokens.Table)
    case "html": {
      const text = String(token["text"]).trimEnd()
      return text.includes("\n") ? html`${renderSource(text)}\n` : html`<p>${text}</p>\n`
    }
    default:
      return renderInlines([token])
  }
}

function renderHeading(level: number, content: SafeHtml): SafeHtml {
  if (level === 3) return html`<h3>${content}</h3>\n`
  if (level === 4) return html`<h4>${content}</h4>\n`
  return level === 5 ? html`<h5>${content}</h5>\n` : html`<h6>${content}</h6>\n`
}

/** A code block with its language as caption, highlighted if the language is supported. */
function renderCode(code: string, language: string | undefined, budget: HighlightBudget): SafeHtml {
  const label = language ? html`<figcaption>${language}</figcaption>` : emptyHtml
  return html`<figure class="code">${label}<pre tabindex="0"><code>${highlight(code, language, budget)}</code></pre></figure>\n`
}

function renderList({ ordered, start, items }: Tokens.List, budget: HighlightBudget): SafeHtml {
  const content = joinHtml(
    items.map((item) => {
      const inner = renderBlocks(item.tokens, budget)
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

function renderTable({ header, rows }: Tokens.Table): SafeHtml {
  const ALIGNMENTS = { left: emptyHtml, center: html` class="mid"`, right: html` class="end"` }
  const alignment = ({ align }: Tokens.TableCell) => ALIGNMENTS[align ?? "left"]
  const head = joinHtml(header.map((cell) => html`<th${alignment(cell)}>${renderInlines(cell.tokens)}</th>`))
  const body = joinHtml(
    rows.map(
      (row) =>
        html`<tr>${joinHtml(row.map((cell) => html`<td${alignment(cell)}>${renderInlines(cell.tokens)}</td>`))}</tr>`,
    ),
  )
  return html`<div class="table" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>\n`
}

/** `inLink`: renders nested links as their labels, since HTML does not nest links. */
function renderInlines(tokens: Token[] | undefined, inLink = false): SafeHtml {
  return joinHtml((tokens ?? []).map((token) => renderInline(token as Tokens.Generic, inLink)))
}

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
    case "html":
      return escapeText(String(token["text"]))
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
