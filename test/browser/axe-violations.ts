import axe from "axe-core"
import type { Page } from "playwright-core"

/** WCAG 2.1 A and AA violations of the page in its present state: rule, element, message. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated as a string: the page's policy allows no added script.
  await page.evaluate(axe.source)
  // Over a gradient (the scroll shades), axe cannot tell contrast.
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync("* { background-image: none !important }")
    document.adoptedStyleSheets = [sheet]
  })
  const values = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
  const violations = await page.evaluate(async (values) => {
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe
    const { violations } = await run({ runOnly: { type: "tag", values }, resultTypes: ["violations"] })
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => ({ id, ...node })))
  }, values)
  return violations.map(({ id, target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary}`)
}
