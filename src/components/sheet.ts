import { createHash } from "node:crypto"
import loader from "virtual:page-loader"
import script from "virtual:page-script"
import { scriptElement } from "../render/html/safe-html.ts"
import type { PageSheet } from "../render/site/page.ts"
import style from "../styles/page.css?inline"

/**
 * What all pages of a share have in common: their style and, as text in it, their script, stored once.
 *
 * The script is not a file of its own since a page that is opened from a disk could not load it: a policy that names
 * a script by its hash wants `integrity`, which browsers check only where there is an origin. A style sheet they load
 * everywhere, and the page can read a property of it. So the policy names scripts by their hashes alone, and no object
 * of a bucket can be loaded as one.
 */
export const sheet: PageSheet = sheetOf(style, script)

/** The one script in a page's markup, which runs what the sheet carries, and the hashes by which the policy allows both. */
export const { markup: start, hash: startHash } = scriptElement(loader)
export const { hash: scriptHash } = scriptElement(script)

function sheetOf(style: string, script: string): PageSheet {
  // What browsers give back of a string in a sheet must be what was put there: they may escape, or not, what is not this.
  if (/[^\n -~]/.test(script)) throw new TypeError("A style sheet carries a script only of printable ASCII.")
  const text = script.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\a ")
  const content = `${style.trim()}\nhead{--script:"${text}"}\n`
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 16)
  return { path: `page-${hash}.css`, content, style, script }
}
