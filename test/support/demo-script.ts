import { join } from "node:path"
import type { Reply } from "./stub-model.ts"

export const title = "Totals off by a cent"

export const prompts = {
  fix: "Totals are sometimes a cent off: the school that got this invoice makes it 69.02. Find out why, and fix it with a test, please.",
  document:
    "Thanks! @README.md says nothing about it. Please document the rounding rule, and have somebody check the edge cases.",
}

export const answer = "Away from zero"

const todos = (...states: string[]) => ({
  todos: ["Find where the cent gets lost", "Write a test that fails", "Fix the rounding"].map((content, index) => ({
    content,
    status: states[index],
    priority: "high",
  })),
})

const test = { name: "bash", args: { command: "node --test", description: "Run the tests" } }

const measure = `import { round } from "./src/money.ts"

const amount = (64.5 * 7) / 100
console.log(amount, amount * 100, "→", round(amount))
let wrong = 0
for (let cents = 1; cents <= 1_000_000; cents++) {
  const exact = Math.floor((cents * 7 + 50) / 100) / 100
  if (round(((cents / 100) * 7) / 100) !== exact) wrong++
}
console.log(wrong, "of 1,000,000 wrong")`

const probe = `import { format, round } from "./src/money.ts"

for (const amount of [4.515, -4.515, 0.005, -0.004, NaN]) console.log(amount, "→", format(round(amount)))
for (const rate of [7, 19]) {
  let wrong = 0
  for (let cents = 1; cents <= 1_000_000; cents++) {
    const exact = Math.floor((cents * rate + 50) / 100) / 100
    if (round(((cents / 100) * rate) / 100) !== exact) wrong++
  }
  console.log(\`\${rate} %:\`, wrong, "of 1,000,000 wrong")
}`

const evaluate = (code: string) => `node -e '${code}'`

const newTest = `import assert from "node:assert/strict"
import { test } from "node:test"
import { totals } from "../src/invoice.ts"
import { round } from "../src/money.ts"

test("rounds half a cent up, however it is stored", () => {
  assert.equal(round((64.5 * 7) / 100), 4.52)
  assert.equal(round((14.5 * 7) / 100), 1.02)
  assert.equal(round(0.5 * 129.17), 64.59)
})

test("invoice 2041 comes to 69.02", () => {
  const lines = [{ what: "Concert guide", quantity: 3, price: 21.5, tax: 7 }]
  assert.deepEqual(totals(lines), { net: 64.5, tax: 4.52, gross: 69.02 })
})
`

const round = `/** Rounds an amount to whole cents. */
export function round(amount: number): number {
  return Math.round(amount * 100) / 100
}`

const roundFixed = `/** Rounds an amount to whole cents, halves away from zero. */
export function round(amount: number): number {
  // 4.515 * 100 is 451.49999999999994: drop the noise, or the half is lost.
  const cents = Math.round(Number((Math.abs(amount) * 100).toFixed(6)))
  return (Math.sign(amount) * cents) / 100
}`

const explanation = `The tax is exactly 4.515, and half a cent should go up. But the computer has no 4.515: it stores a number a tiny bit smaller, and \`Math.round\` then sees less than half.

\`\`\`ts
4.515 * 100             // 451.49999999999994
Math.round(4.515 * 100) // 451, not 452
\`\`\`

\`round\` in \`src/money.ts\` now drops that noise before it rounds. Invoice 2041 comes to **69.02**:

| | exact | before | now |
|---|---:|---:|---:|
| 64.50 at 7 % | 4.515 | 4.51 | **4.52** |
| 14.50 at 7 % | 1.015 | 1.01 | **1.02** |
| 129.17 × 0.5 | 64.585 | 64.58 | **64.59** |

It was rare: 656 of the first million net amounts, at 7 %. The new tests are in \`test/rounding.test.ts\`; all five pass.`

const report = `The rounding holds: every net amount up to 10,000.00, at 7 % and at 19 %, agrees with the same sum in whole numbers.

- **Credits** mirror invoices: −4.515 becomes −4.52. \`Math.round\` alone gave −4.51, so this is new.
- **Minus zero**: −0.004 is printed as \`-0.00\`. This is a bug, if an old one.
- \`NaN\` stays \`NaN\`. Nothing hides it.`

const question = {
  question: "Which way should half a cent go on a credit note?",
  header: "Credit notes",
  options: [
    { label: "Away from zero", description: "−4.515 becomes −4.52: a credit cancels its invoice exactly" },
    { label: "Up", description: "−4.515 becomes −4.51, as before" },
  ],
}

const readme = `

## Rounding

Each line and its tax are rounded to whole cents; the sums are of
rounded amounts. Half a cent goes away from zero: 4.515 becomes 4.52,
and −4.515 becomes −4.52, so that a credit note cancels its invoice.
`

const summary = `Done. The rule is in the README, under *Rounding*:

- Lines and taxes are rounded one by one, and the sums are of rounded amounts.
- Half a cent goes **away from zero**, on credit notes as well.

The check turned up one more thing, fixed as well: a credit of less than half a cent was printed as \`-0.00\`. It is \`0.00\` now, with a test.`

/** The model's replies to the prompts, for the project in `folder`. */
export function replies(folder: string): Reply[] {
  const money = join(folder, "src", "money.ts")
  const rounding = join(folder, "test", "rounding.test.ts")
  const read = (...names: string[]) => ({ name: "read", args: { filePath: join(folder, ...names) } })
  const edit = (filePath: string, oldString: string, newString: string) => ({
    name: "edit",
    args: { filePath, oldString, newString },
  })
  const bash = (code: string, description: string) => ({
    name: "bash",
    args: { command: evaluate(code), description },
  })
  const task = {
    description: "Check the edge cases",
    prompt:
      "Check `round` in src/money.ts: halves, negative amounts, zero, amounts that are no number. Compare with a sum in whole numbers. Change nothing; report what you find.",
    subagent_type: "general",
  }
  return [
    {
      reasoning:
        "3 × 21.50 is 64.50, and 7 % of that is 4.515. The invoice says 4.51, the school 4.52. Half a cent, so it is about rounding, not about adding. Where does this project round?",
      text: "The tax is exactly 4.515 here, so this looks like rounding. I'll see where it is done.",
      tools: [
        { name: "glob", args: { pattern: "**/*.ts" } },
        { name: "grep", args: { pattern: "round\\(", include: "*.ts" } },
      ],
    },
    { tools: [read("src", "money.ts"), read("src", "invoice.ts")] },
    { tools: [{ name: "todowrite", args: todos("in_progress", "pending", "pending") }] },
    { text: "First, whether the tests know about it.", tools: [test] },
    {
      reasoning:
        "All pass, so no test has a half in it. 4.515 has no exact binary form; times 100 it may end up just below 451.5. A look at the number itself will tell, and how often it happens.",
      text: "They pass: none of them has half a cent in it. Here is what `round` gets to see, and how often it is wrong:",
      tools: [bash(measure, "Measure how often round is wrong")],
    },
    {
      text: "There it is: 451.49999999999994 instead of 451.5. A test for that comes first.",
      tools: [{ name: "write", args: { filePath: rounding, content: newTest } }],
    },
    { tools: [test] },
    { text: "It fails as it should. Now the fix.", tools: [edit(money, round, roundFixed)] },
    { tools: [test] },
    { tools: [{ name: "todowrite", args: todos("completed", "completed", "completed") }] },
    { text: explanation },
    { text: "I'll have the edge cases checked before I write the rule down.", tools: [{ name: "task", args: task }] },
    { tools: [read("src", "money.ts")] },
    { tools: [bash(probe, "Try edge cases, compare with whole numbers")] },
    { text: report },
    {
      reasoning:
        "Two results. Minus zero is a plain bug and can be fixed. Credits now round the other way than before; that is a decision about money, not mine to make.",
      text: "One of the findings is for you to decide:",
      tools: [{ name: "question", args: { questions: [question] } }],
    },
    {
      text: "Then the rule stays as it is, and only the minus zero has to go.",
      tools: [
        edit(
          money,
          "  return (Math.sign(amount) * cents) / 100\n",
          "  // 0 - 0 is 0, but -1 * 0 is -0 and would be printed so.\n  return (amount < 0 ? 0 - cents : cents) / 100\n",
        ),
        edit(
          rounding,
          'test("invoice 2041',
          'test("rounds credits like invoices, and never to minus zero", () => {\n  assert.equal(round(-4.515), -4.52)\n  assert.equal(round(-0.004), 0)\n})\n\ntest("invoice 2041',
        ),
      ],
    },
    { tools: [test] },
    {
      tools: [edit(join(folder, "README.md"), "and taxes are in percent.\n", `and taxes are in percent.${readme}`)],
    },
    { text: summary },
  ]
}
