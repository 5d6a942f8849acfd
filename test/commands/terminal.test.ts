import fc from "fast-check"
import { expect, test } from "vitest"
import { linesFor } from "../../src/commands/terminal.ts"

const terminal = (columns: number, isTTY = true) => ({ isTTY, columns }) as NodeJS.WriteStream
const words = fc.array(fc.stringMatching(/^[!-~]{1,120}$/), { minLength: 1, maxLength: 30 })

test("text is wrapped between words, and only a single long word exceeds the width of the terminal", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 20, max: 120 }), (words, columns) => {
      const lines = linesFor(terminal(columns), words.join(" "))
      expect(lines.join(" ")).toBe(words.join(" "))
      for (const line of lines) expect(line.length <= columns || !line.includes(" ")).toBe(true)
    }),
  )
})

test("text is one line in a pipe, and a command to copy is one line everywhere", () => {
  const text = "word ".repeat(50)
  expect(linesFor(terminal(0, false), text)).toEqual([text])
  expect(linesFor(terminal(40), `  ${text}`)).toEqual([`  ${text}`])
})
