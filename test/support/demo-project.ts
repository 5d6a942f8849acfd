import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { chromium } from "playwright-core"
import { findChromium } from "./chromium.ts"
import { commitAll } from "./opencode-record.ts"

const files: Record<string, string> = {
  "README.md": `# invoice

Totals for small invoices: lines in; net, tax and gross out.

\`\`\`ts
import { totals } from "./src/invoice.ts"

totals([{ what: "Concert guide", quantity: 3, price: 21.5, tax: 7 }])
\`\`\`

Prices are without tax, and taxes are in percent.
`,
  "package.json": `{
  "name": "invoice",
  "version": "1.4.0",
  "private": true,
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
  "src/invoice.ts": `import { round } from "./money.ts"

export interface Line {
  what: string
  quantity: number
  /** Price of one, without tax. */
  price: number
  /** In percent. */
  tax: number
}

export function totals(lines: Line[]): { net: number; tax: number; gross: number } {
  let net = 0
  let tax = 0
  for (const line of lines) {
    const amount = round(line.quantity * line.price)
    net = round(net + amount)
    tax = round(tax + round((amount * line.tax) / 100))
  }
  return { net, tax, gross: round(net + tax) }
}
`,
  "src/money.ts": `/** Rounds an amount to whole cents. */
export function round(amount: number): number {
  return Math.round(amount * 100) / 100
}

/** An amount as it is printed, such as 1,234.50. */
export function format(amount: number): string {
  return amount.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}
`,
  "test/invoice.test.ts": `import assert from "node:assert/strict"
import { test } from "node:test"
import { totals } from "../src/invoice.ts"
import { format } from "../src/money.ts"

test("adds up the lines", () => {
  const lines = [
    { what: "Tuning", quantity: 1, price: 120, tax: 19 },
    { what: "Strings", quantity: 4, price: 3.5, tax: 19 },
  ]
  assert.deepEqual(totals(lines), { net: 134, tax: 25.46, gross: 159.46 })
})

test("taxes each line at its own rate", () => {
  const lines = [
    { what: "Tuning", quantity: 1, price: 80, tax: 19 },
    { what: "Concert guide", quantity: 1, price: 10, tax: 7 },
  ]
  assert.deepEqual(totals(lines), { net: 90, tax: 15.9, gross: 105.9 })
})

test("prints two decimals", () => {
  assert.equal(format(1234.5), "1,234.50")
})
`,
}

/** Creates a git repository in `folder`: a small library whose totals are sometimes a cent off. */
export async function makeInvoiceProject(folder: string): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
  }
  commitAll(folder)
}

const invoice = `<meta charset="utf-8">
<style>
  body { margin: 0; padding: 16px 20px; font: 14px/1.4 "DejaVu Sans", sans-serif; color: #222; background: #fff }
  h1 { margin: 0; font-size: 17px } p { margin: 0 0 8px; color: #666 }
  table { width: 100%; border-collapse: collapse } td { padding: 2px 0 } td + td { text-align: right }
  .sum td { border-top: 1px solid #999; font-weight: bold }
</style>
<h1>Invoice 2041</h1><p>Example Music School</p>
<table>
  <tr><td>Concert guide</td><td>3 × 21.50</td><td>64.50</td></tr>
  <tr><td>Tax</td><td>7 %</td><td>4.51</td></tr>
  <tr class="sum"><td>To pay</td><td></td><td>69.01</td></tr>
</table>`

/** Image of an invoice that is a cent short, as PNG. */
export async function invoicePicture(): Promise<Buffer> {
  const browser = await chromium.launch({ executablePath: findChromium()!, args: ["--no-sandbox"] })
  try {
    const page = await browser.newPage({ viewport: { width: 380, height: 160 } })
    await page.setContent(invoice)
    return await page.screenshot()
  } finally {
    await browser.close()
  }
}
