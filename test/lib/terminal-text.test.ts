import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ShareError } from "../../src/errors.ts"
import { firstHidden, terminalLines, terminalText, titleLine } from "../../src/lib/terminal-text.ts"

/** Characters that move the cursor, change the terminal, change the text direction, or are invisible. */
const dangerous = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]|\p{Cs}/u
const anyText = fc.string({
  unit: fc
    .oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.integer({ min: 0, max: 0x2ff }),
      fc.integer({ min: 0x2000, max: 0x206f }),
    )
    .map((n) => String.fromCodePoint(n)),
})

test("no text moves the cursor, ends the line or changes the direction", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(terminalText(text)).not.toMatch(dangerous)
      expect(terminalText(terminalText(text))).toBe(terminalText(text))
      expect(terminalLines(text).replaceAll("\n", "")).not.toMatch(dangerous)
      expect(titleLine(text)).not.toMatch(dangerous)
      expect(firstHidden(text) === undefined).toBe(terminalText(text) === text)
      const { message, hint } = new ShareError("store-failed", text, { hint: text })
      expect(message + hint).not.toMatch(dangerous)
    }),
  )
})

test("JSON keeps its value", () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, anyText), (value) => {
      expect(JSON.parse(terminalLines(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)))
      expect(JSON.parse(terminalLines(JSON.stringify(value, null, 2)))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test("every control character is shown as an escape", () => {
  for (let code = 0; code < 0xa0; code++) {
    if (code >= 0x20 && code < 0x7f) continue
    const shown = terminalText(`a${String.fromCharCode(code)}b`)
    expect(JSON.parse(`"${shown}"`)).toBe(`a${String.fromCharCode(code)}b`)
    expect(shown).toMatch(/^a\\(?:[nrt]|u00[0-9a-f]{2})b$/)
  }
})

describe("invisible characters", () => {
  test.each([
    0xad, 0x34f, 0x61c, 0x180e, 0x200b, 0x200e, 0x202e, 0x2060, 0x2066, 0x3164, 0xfeff, 0xfe0f, 0xe0041, 0xe0100,
  ])("U+%s", (code) => {
    const shown = terminalText(`s3://team${String.fromCodePoint(code)}-shares`)
    expect(shown).toMatch(/^s3:\/\/team(?:\\u[0-9a-f]{4}){1,2}-shares$/)
    expect(firstHidden(`s3://team${String.fromCodePoint(code)}-shares`)).toBe(
      `U+${code.toString(16).toUpperCase().padStart(4, "0")}`,
    )
  })
})

test.each(["Ünïcödé & co", "日本語", "👩‍💻 ❤️ 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم", "क्‍ष", "שלום", "~/a b/c.txt", String.raw`C:\Users\n`])(
  "%s is unchanged",
  (text) => expect(terminalText(text)).toBe(text),
)

test("a title is one line of bounded length", () => {
  expect(titleLine("  Fix\n\tthis\r\n ")).toBe("Fix this")
  expect(titleLine("\x1b[2J".repeat(1e6)).length).toBeLessThan(1500)
})
