import { createHash } from "node:crypto"
import loader from "virtual:page-loader"
import script from "virtual:page-script"
import { scriptElement } from "../render/html/safe-html.ts"
import type { PageSheet } from "../render/site/page-renderer.ts"
import style from "../styles/page.css?inline"

/**
 * Style and script shared by all pages of a share, stored once: the script is a string in the style sheet.
 *
 * The script is not a file of its own, because a page opened from disk could not load it: a policy that names a script
 * by its hash requires `integrity`, which browsers check only where there is an origin. Style sheets load everywhere,
 * and a page can read their properties. So the policy names scripts by hash only, and no object of a bucket can be
 * loaded as a script.
 */
export const sheet: PageSheet = sheetOf(style, script)

/**
 * The inline script in the page's markup, which runs the script in the sheet, and the hashes by which the policy
 * allows both.
 */
export const { markup: start, hash: startHash } = scriptElement(loader)
export const { hash: scriptHash } = scriptElement(script)

function sheetOf(style: string, script: string): PageSheet {
  // Browsers must return the string unchanged: outside of this range, they may or may not escape characters.
  if (/[^\n -~]/.test(script)) throw new TypeError("A style sheet carries a script only of printable ASCII.")
  const text = script.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\a ")
  const content = `${style.trim()}\nhead{--script:"${text}"}\n`
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16)
  return { path: `page-${hash}.css`, content, style, script }
}
