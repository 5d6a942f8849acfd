import { gzipSync } from "node:zlib"
import { prebuiltPage } from "../src/render/site/page-renderer.ts"

/**
 * Size limits, in gzipped bytes, of what each page needs before it is painted, so that it shows at once on a slow line.
 */
const budgets = { style: 14_000, script: 12_000 } as const

/** Measures the built page's style sheet and script. `tooHeavy` has a sentence for each that exceeds its budget. */
export async function weigh(): Promise<{ weights: Record<string, number>; tooHeavy: string[] }> {
  const { sheet } = await prebuiltPage()
  const weights: Record<string, number> = {}
  const tooHeavy: string[] = []
  for (const name of ["style", "script"] as const) {
    if (!sheet[name]) throw new Error(`The page has no ${name}.`)
    const weight = gzipSync(sheet[name], { level: 9 }).length
    weights[name] = weight
    if (weight > budgets[name])
      tooHeavy.push(`The page's ${name} is ${weight} bytes gzipped; its budget is ${budgets[name]}.`)
  }
  return { weights, tooHeavy }
}
