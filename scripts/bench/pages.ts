import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { gzipSync } from "node:zlib"

/** Size of a share's pages, in bytes. */
export interface PagesWeight {
  html: number
  /** Includes the style sheet that all pages share. */
  gzip: number
  /** Visible text, with all folds open. */
  visible: number
  /** Fraction of code in blocks that is highlighted, from 0 to 1. */
  coloured: number
}

/** Measures the HTML files of a folder. */
export function weighPages(folder: string): PagesWeight {
  const sum = { html: 0, gzip: 0, visible: 0 }
  let [code, coloured] = [0, 0]
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    const bytes = readFileSync(path.join(folder, name))
    const html = bytes.toString()
    sum.html += bytes.length
    sum.gzip += gzipSync(bytes, { level: 6 }).length
    sum.visible += Buffer.byteLength(textOf(html.replace(/<head>[\s\S]*?<\/head>/, "")))
    for (const [, block = ""] of html.matchAll(/<pre[^>]*>(?:<span[^>]*><\/span>)?<code>([\s\S]*?)<\/code>/g)) {
      const { length } = textOf(block)
      code += length
      if (/<c- [kscftndih]>/.test(block)) coloured += length
    }
  }
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".css")))
    sum.gzip += gzipSync(readFileSync(path.join(folder, name)), { level: 6 }).length
  return { ...sum, coloured: code === 0 ? 1 : coloured / code }
}

const textOf = (html: string) => html.replace(/<[^>]*>/g, "").replace(/&(?:#\d+|\w+);/g, "x")
