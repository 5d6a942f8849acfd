/**
 * A link without what people paste around it: spaces, angle brackets, quotes, Markdown, punctuation of a sentence. Scheme and
 * host in lower case, spaces encoded. Text that is not a web or file link is only trimmed.
 */
export function pastedLink(text: string): string {
  const bare = unwrap(text.trim())
  if (!/^(?:https?|file):\/\//i.test(bare)) return text.trim()
  const link = /^http/i.test(bare) ? bare.replace(/[.,;:!)]{1,3}$/, "") : bare
  return URL.canParse(link) ? new URL(link).href : link
}

function unwrap(text: string): string {
  const inMarkdown = /^\[[^\]]*\]\(([^)]*)\)$/.exec(text)?.[1]
  if (inMarkdown !== undefined) return inMarkdown.trim()
  const isWrapped = ['""', "''", "``", "<>", "()"].some((pair) => text.startsWith(pair[0]!) && text.endsWith(pair[1]!))
  return isWrapped ? unwrap(text.slice(1, -1).trim()) : text
}
