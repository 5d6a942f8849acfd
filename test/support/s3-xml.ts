/** An element with children, such as `["Contents", ["Key", "a"], ["Size", 3]]`. */
export type Element = readonly [name: string, ...content: Content[]]
type Content = Element | string | number | boolean

export function xml(root: Element): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${render(root)}`
}

function render([name, ...content]: Element): string {
  const inner = content.map((one) => (typeof one === "object" ? render(one) : escapeXml(String(one)))).join("")
  return `<${name}>${inner}</${name}>`
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (char) => `&#${char.charCodeAt(0)};`)
}

/** Texts of all elements with this name, in order, in a document as simple as the body of DeleteObjects. */
export function elements(document: string, name: string): string[] {
  return [...document.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, "g"))].map(([, inner = ""]) => inner)
}

export function unescapeXml(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex || decimal) return String.fromCodePoint(Number.parseInt(hex ?? decimal, hex ? 16 : 10))
    return named[name] ?? whole
  })
}
