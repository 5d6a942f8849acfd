import type { Token, Tokens } from "marked"
import { ansiToHtml } from "../ansi/ansi.ts"
import { type HighlightBudget, highlight, loadLanguages } from "../highlight/highlight.ts"
import { languageByName } from "../highlight/languages.ts"
import { emptyHtml, escapeProse, html, joinHtml, type SafeHtml } from "../html/safe-html.ts"
import type { ProsePiece } from "../view.ts"
import { ALERTS, type AlertToken, type DetailsToken, groupBlocks } from "./block-groups.ts"
import { renderInlines } from "./inline-markup.ts"
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
 * Renders GitHub Flavored Markdown, with alerts, footnotes and folded details. Of HTML in it, elements that only change
 * how text looks are kept, and everything else is shown as text. Formulas stay as they were written. Links lead
 * to http, https and mailto only; images become links, so that nothing is loaded. Headings begin at h3, below the page's own. Where the text is too long, a
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
    tokens = new BoundedLexer({ gfm: true, breaks }, mentions, text).lex(text)
    await loadLanguages(codeLanguages(tokens))
  } catch {
    return markup.addSource(text)
  }
  const blocks = groupBlocks(tokens).filter(({ type }) => type !== "space" && type !== "def")
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
    else if ("tokens" in token && token.tokens && (token.type === "blockquote" || token.type === "footnote"))
      yield* codeLanguages(token.tokens)
  }
}

function renderBlocks(tokens: Token[] | undefined, budget: HighlightBudget): SafeHtml {
  return joinHtml(groupBlocks(tokens ?? []).map((token) => renderBlock(token as Tokens.Generic, budget)))
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
      return renderCode(String(token["text"]), String(token["lang"] ?? ""), budget)
    case "math":
      return html`<pre class="math" tabindex="0">${token.raw.trim()}</pre>\n`
    case "footnote":
      return html`<div class="footnote"><sup>${String(token["label"])}</sup> ${renderBlocks(token.tokens, budget)}</div>\n`
    case "details": {
      const { summary, tokens } = token as unknown as DetailsToken
      return html`<details><summary>${summary}</summary>\n${renderBlocks(tokens, budget)}</details>\n`
    }
    case "alert": {
      const { kind, tokens } = token as unknown as AlertToken
      const title = html`<p class="alert">${ALERTS[kind]}</p>\n`
      return html`<blockquote class="${kind}">${title}${renderBlocks(tokens, budget)}</blockquote>\n`
    }
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
      if (/^(?:<br\s*\/?>\s*)+$/i.test(text)) return html`<br>\n`
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

/** Languages whose blocks may contain colours of a terminal. */
const TERMINAL_LANGUAGES = /^(?:|ansi|console|terminal|text|log|output|shell-?session)$/i

/**
 * A code block with its language as caption, highlighted if the language is supported. `info`: the words after the fence.
 */
function renderCode(code: string, info: string, budget: HighlightBudget): SafeHtml {
  const language = languageByName(info)
  const written = /^[\w+#.-]{1,20}(?=\s|$)/.exec(info)?.[0] ?? ""
  const label = language ?? written
  const caption = label ? html`<figcaption>${label}</figcaption>` : emptyHtml
  if (code.includes("\x1b[") && TERMINAL_LANGUAGES.test(written))
    return html`<figure class="code">${caption}<pre class="terminal" tabindex="0">${ansiToHtml(code)}</pre></figure>\n`
  const content = highlight(code, language, budget)
  return html`<figure class="code">${caption}<pre tabindex="0"><code>${content}</code></pre></figure>\n`
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
