/** What stands before the lines of a block, and after the block. */
const headings: Record<string, string> = { H3: "# ", H4: "## ", H5: "### ", H6: "#### " }
const marks: Record<string, string> = { STRONG: "**", EM: "_", DEL: "~~" }

/** What was written, as Markdown that says the same; what this script added to it is left out. */
export function asMarkdown(prose: Element): string {
  return blocks(prose)
    .replace(/\n{3,}/g, "\n\n")
    .trim()
}

const blocks = (element: Element): string => [...element.childNodes].map(block).join("")

function block(node: Node): string {
  if (!(node instanceof HTMLElement)) return inline(node)
  const name = node.nodeName
  if (name === "PRE") return fenced(node)
  if (/^[OU]L$/.test(name)) return `\n${[...node.children].map(listItem).join("")}\n`
  if (name === "BLOCKQUOTE") return `\n${indented(asMarkdown(node), "> ", "> ")}\n\n`
  if (name === "HR") return "\n---\n\n"
  if (name === "TABLE") return `\n${[...(node as HTMLTableElement).rows].map(row).join("")}\n`
  if (headings[name]) return `\n${headings[name]}${inlines(node)}\n\n`
  if (name === "P") return `\n${inlines(node)}\n\n`
  if (name === "FIGCAPTION") return ""
  return /^(?:DIV|FIGURE|SECTION)$/.test(name) ? blocks(node) : inline(node)
}

function fenced(pre: Element): string {
  const language = pre.parentElement?.querySelector(":scope > figcaption")?.textContent.trim() ?? ""
  const code = pre.textContent.replace(/\n$/, "")
  let fence = "```"
  while (code.includes(fence)) fence += "`"
  return `\n${fence}${language}\n${code}\n${fence}\n\n`
}

function listItem(item: Element, index: number): string {
  const list = item.parentElement as HTMLOListElement
  const mark = list.nodeName === "OL" ? `${(list.start ?? 1) + index}. ` : "- "
  return `${indented(asMarkdown(item), mark, " ".repeat(mark.length))}\n`
}

function row({ cells }: HTMLTableRowElement, index: number): string {
  const line = (texts: string[]) => `| ${texts.join(" | ")} |\n`
  const all = [...cells]
  return line(all.map(inlines)) + (index === 0 ? line(all.map(() => "---")) : "")
}

const indented = (text: string, first: string, rest: string): string => first + text.replace(/\n(?!\n|$)/g, `\n${rest}`)

const inlines = (element: Element): string => [...element.childNodes].map(inline).join("")

function inline(node: Node): string {
  if (!(node instanceof HTMLElement)) return node.textContent ?? ""
  const name = node.nodeName
  if (node.matches("button, .over, .target")) return ""
  if (name === "BR") return "\n"
  if (name === "CODE") {
    const text = node.textContent
    return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``
  }
  const text = inlines(node)
  if (node instanceof HTMLAnchorElement && text !== node.href) return `[${text}](${node.href})`
  const mark = marks[name] ?? ""
  return mark + text + mark
}
