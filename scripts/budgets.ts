import { gzipSync } from "node:zlib"
import { prebuiltPage } from "../src/render/page.ts"
import { site } from "../src/render/site.ts"
import { normalizeSession } from "../src/session/normalize.ts"

/** What every page carries, in bytes as they travel (gzipped): a page should show at once on a slow line. */
const budgets = { style: 14_000, script: 12_000 }

/** What the built page's style sheet and script weigh, and those that are too heavy, a sentence each. */
export async function weigh(): Promise<{ weights: Record<string, number>; tooHeavy: string[] }> {
  const empty = normalizeSession({ info: {}, async *messages() {}, children: [] })
  let html = ""
  for await (const file of site(empty, { id: "budget", version: "0", renderPage: prebuiltPage }))
    if (file.path === "index.html") html = Buffer.from(await file.render()).toString()
  const weights: Record<string, number> = {}
  const tooHeavy: string[] = []
  for (const [name, budget] of Object.entries(budgets)) {
    const text = new RegExp(`<${name}>([^]*?)</${name}>`).exec(html)?.[1]
    if (!text) throw new Error(`A page carries no <${name}>.`)
    const weight = gzipSync(text, { level: 9 }).length
    weights[name] = weight
    if (weight > budget) tooHeavy.push(`The page's ${name} is ${weight} bytes gzipped; its budget is ${budget}.`)
  }
  return { weights, tooHeavy }
}
