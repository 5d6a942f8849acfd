const HEADING_PREFIXES: Record<string, string> = { H3: "# ", H4: "## ", H5: "### ", H6: "#### " }
const INLINE_MARKS: Record<string, string> = { STRONG: "**", EM: "_", DEL: "~~" }

/** Converts rendered prose back to Markdown, without the buttons that this script added. */
export function htmlToMarkdown(prose: Element): string {
  return blocksToMarkdown(prose)
    .replace(/\n{3,}/g, "\n\n")
    .trim()
}

const blocksToMarkdown = (element: Element): string => [...element.childNodes].map(blockToMarkdown).join("")

function blockToMarkdown(node: Node): string {
  if (!(node instanceof HTMLElement)) return inlineToMarkdown(node)
  const name = node.nodeName
  if (name === "PRE") return fencedCode(node)
  if (/^[OU]L$/.test(name)) return `\n${[...node.children].map(listItem).join("")}\n`
  if (name === "BLOCKQUOTE") return `\n${indented(htmlToMarkdown(node), "> ", "> ")}\n\n`
  if (name === "HR") return "\n---\n\n"
  if (name === "TABLE") return `\n${[...(node as HTMLTableElement).rows].map(tableRow).join("")}\n`
  if (HEADING_PREFIXES[name]) return `\n${HEADING_PREFIXES[name]}${inlinesToMarkdown(node)}\n\n`
  if (name === "P") return `\n${inlinesToMarkdown(node)}\n\n`
  if (name === "FIGCAPTION") return ""
  return /^(?:DIV|FIGURE|SECTION)$/.test(name) ? blocksToMarkdown(node) : inlineToMarkdown(node)
}

function fencedCode(pre: Element): string {
  const language = pre.parentElement?.querySelector(":scope > figcaption")?.textContent.trim() ?? ""
  const code = pre.textContent.replace(/\n$/, "")
  let fence = "```"
  while (code.includes(fence)) fence += "`"
  return `\n${fence}${language}\n${code}\n${fence}\n\n`
}

function listItem(item: Element, index: number): string {
  const list = item.parentElement as HTMLOListElement
  const mark = list.nodeName === "OL" ? `${(list.start ?? 1) + index}. ` : "- "
  return `${indented(htmlToMarkdown(item), mark, " ".repeat(mark.length))}\n`
}

function tableRow({ cells }: HTMLTableRowElement, index: number): string {
  const line = (texts: string[]) => `| ${texts.join(" | ")} |\n`
  const all = [...cells]
  return line(all.map(inlinesToMarkdown)) + (index === 0 ? line(all.map(() => "---")) : "")
}

const indented = (text: string, first: string, rest: string): string => first + text.replace(/\n(?!\n|$)/g, `\n${rest}`)

const inlinesToMarkdown = (element: Element): string => [...element.childNodes].map(inlineToMarkdown).join("")

function inlineToMarkdown(node: Node): string {
  if (!(node instanceof HTMLElement)) return node.textContent ?? ""
  const name = node.nodeName
  if (node.matches("button, .over, .target")) return ""
  if (name === "BR") return "\n"
  if (name === "CODE") {
    const text = node.textContent
    return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``
  }
  const text = inlinesToMarkdown(node)
  if (node instanceof HTMLAnchorElement && text !== node.href) return `[${text}](${node.href})`
  const mark = INLINE_MARKS[name] ?? ""
  return mark + text + mark
}
