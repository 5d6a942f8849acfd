import type { Token, Tokens } from "marked"
import { type HighlightBudget, highlight, loadLanguages } from "../highlight/highlight.ts"
import { languageByName } from "../highlight/languages.ts"
import { emptyHtml, escapeProse, escapeText, html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import { safeUrl } from "../html/safe-url.ts"
import type { ProsePiece } from "../view.ts"
import { limitProse } from "./limit-prose.ts"
import { BoundedLexer } from "./markdown-lexer.ts"
import type { ProseLimits } from "./prose-limits.ts"
import { ProseMarkup } from "./prose-markup.ts"

export interface MarkdownOptions {
  /** Keeps line breaks, as people expect who type into a prompt. */
  breaks?: boolean
  /** Names of files and agents (`@src/math.ts`) to set apart. */
  mentions?: readonly string[]
}

/**
 * Renders GitHub Flavored Markdown. HTML in it is shown as text, except `<br>`, `<kbd>`, `<sub>` and
 * `<sup>`; links lead to http, https and mailto only; images
 * become links, so that nothing is loaded. Headings begin at h3, below the page's own. Where the text is too long, a
 * piece says what is left out, with the full text as a file. Linear in the text; never throws.
 */
export async function renderProse(
  text: string,
  limits: ProseLimits,
  budget: HighlightBudget,
  options: MarkdownOptions = {},
): Promise<ProsePiece[]> {
  const { pieces, omittedChars } = limitProse(text, limits)
  const markup = new ProseMarkup(text)
  for (const [i, piece] of pieces.entries())
    if (piece.type === "gap") markup.addGap(piece.omitted)
    else if (piece.type === "written") markup.addSource(piece.text)
    else await addMarkdown(markup, piece.text, budget, { ...options, isLast: i === pieces.length - 1 })
  return markup.finish(omittedChars)
}

/** Blocks at the end of a text for which room is kept. */
const END_BLOCKS = 20

async function addMarkdown(
  markup: ProseMarkup,
  text: string,
  budget: HighlightBudget,
  { breaks = false, mentions = [], isLast }: MarkdownOptions & { isLast: boolean },
): Promise<void> {
  let tokens: Token[]
  try {
    tokens = new BoundedLexer({ gfm: true, breaks }, mentions).lex(text)
    await loadLanguages(codeLanguages(tokens))
  } catch {
    return markup.addSource(text)
  }
  const blocks = tokens.filter(({ type }) => type !== "space" && type !== "def")
  const add = (token: Token, isEnd: boolean) => {
    const { charsLeft } = budget
    const isAdded = markup.add(() => renderBlock(token as Tokens.Generic, budget), isEnd)
    if (!isAdded) budget.charsLeft = charsLeft
    return isAdded
  }
  for (const [i, token] of blocks.entries()) {
    const isEnd = isLast && i >= blocks.length - END_BLOCKS
    if (add(token, isEnd)) continue
    for (const part of splitBlock(token)) if (!add(part, isEnd)) markup.addSource(part.raw, isEnd)
  }
}

/** Items of a list, or rows of a table, that are rendered together if the whole is too large. */
const SPLIT_COUNT = 40

/** Splits a list or a table that is too large; anything else is its only part. */
function splitBlock(token: Token): Token[] {
  const count = token.type === "list" ? token["items"].length : token.type === "table" ? token["rows"].length : 0
  if (count <= SPLIT_COUNT) return [token]
  return Array.from({ length: Math.ceil(count / SPLIT_COUNT) }, (_, i): Token => {
    const from = i * SPLIT_COUNT
    if (token.type === "table") {
      const rows = (token as Tokens.Table).rows.slice(from, from + SPLIT_COUNT)
      return {
        ...token,
        rows,
        raw: rows.map((row) => `${row.map(({ text }) => text).join(" | ")}\n`).join(""),
      } as Token
    }
    const { items, start, ordered } = token as Tokens.List
    const own = items.slice(from, from + SPLIT_COUNT)
    return {
      ...token,
      items: own,
      start: ordered ? Number(start) + from : "",
      raw: own.map(({ raw }) => raw).join(""),
    } as Token
  })
}

const renderSource = (text: string) => html`<pre class="written">${text}</pre>`

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
      // Math stays as written.
      if (/^\s*\$\$[^$]+\$\$\s*$/.test(token.raw))
        return html`<p><span class="written">${token.raw.trim()}</span></p>\n`
      return html`<p>${renderInlines(token.tokens)}</p>\n`
    case "text":
      return token.tokens ? renderInlines(token.tokens) : escapeProse(String(token["text"]))
    case "code":
      return renderCode(String(token["text"]), languageByName(String(token["lang"] ?? "")), budget)
    case "blockquote":
      return renderQuotation(token as Tokens.Blockquote, budget)
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

const ALERT_LABELS: Record<string, string> = {
  NOTE: "Note",
  TIP: "Tip",
  IMPORTANT: "Important",
  WARNING: "Warning",
  CAUTION: "Caution",
}

/** A quotation; one that begins with `[!NOTE]` or another of GitHub's alerts alone on a line has a label. */
function renderQuotation({ tokens }: Tokens.Blockquote, budget: HighlightBudget): SafeHtml {
  const [first, ...others] = tokens
  const [text, ...inlines]: Tokens.Generic[] = first?.type === "paragraph" ? (first.tokens ?? []) : []
  const [written = "", name = ""] =
    text?.type === "text" ? (/^\[!([A-Za-z]{3,9})\][ \t]*(?:\n|$)/.exec(String(text["text"])) ?? []) : []
  const key = name.toUpperCase()
  const isAlone = written.endsWith("\n") || inlines.length === 0 || inlines[0]?.type === "br"
  if (!text || !isAlone || !Object.hasOwn(ALERT_LABELS, key))
    return html`<blockquote>${renderBlocks(tokens, budget)}</blockquote>\n`
  const rest = String(text["text"]).slice(written.length)
  if (inlines[0]?.type === "br") inlines.shift()
  const content = [...(rest === "" ? [] : [{ type: "text", raw: rest, text: rest }]), ...inlines]
  return html`<blockquote><p><strong>${ALERT_LABELS[key] as string}</strong></p>\n${
    content.length === 0 ? emptyHtml : html`<p>${renderInlines(content)}</p>\n`
  }${renderBlocks(others, budget)}</blockquote>\n`
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

/** Elements without attributes that Markdown has no marks for. */
const SAFE_ELEMENTS = {
  kbd: (content: SafeHtml) => html`<kbd>${content}</kbd>`,
  sub: (content: SafeHtml) => html`<sub>${content}</sub>`,
  sup: (content: SafeHtml) => html`<sup>${content}</sup>`,
}

/** `inLink`: renders nested links as their labels, since HTML does not nest links. */
function renderInlines(tokens: Token[] | undefined, inLink = false): SafeHtml {
  const pieces: SafeHtml[] = []
  // Only one element is open at a time, so that whatever is opened is closed, and one pass is enough.
  let open: { name: keyof typeof SAFE_ELEMENTS; from: number } | undefined
  for (const token of tokens ?? []) {
    const [, slash, name] = token.type === "html" ? (/^<(\/?)(kbd|sub|sup)>$/i.exec(token.raw) ?? []) : []
    const element = name?.toLowerCase() as keyof typeof SAFE_ELEMENTS | undefined
    if (element && slash && open?.name === element) {
      const [, ...content] = pieces.splice(open.from)
      pieces.push(SAFE_ELEMENTS[element](joinHtml(content)))
      open = undefined
      continue
    }
    const piece = renderInline(token as Tokens.Generic, inLink)
    if (element && !slash) open = { name: element, from: pieces.length }
    pieces.push(piece)
  }
  return joinHtml(pieces)
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
    case "html":
      return /^<br\s*\/?>$/i.test(token.raw) ? html`<br>\n` : escapeText(String(token["text"]))
    case "escape":
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
