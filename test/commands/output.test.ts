import { Console } from "node:console"
import { globSync, readFileSync } from "node:fs"
import { PassThrough } from "node:stream"
import { text } from "node:stream/consumers"
import fc from "fast-check"
import { expect, test } from "vitest"
import {
  guardOutput,
  overwriteLine,
  paint,
  painted,
  promptStream,
  writeBytes,
  writePainted,
} from "../../src/commands/output.ts"
import { escapingUi } from "../../src/plugin/session-ui.ts"
import { jsonLogger } from "../../src/share-server/log.ts"

const effects = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/
const evil = fc.string({
  unit: fc.oneof(
    fc.constantFrom("\x1b", "\x9b", "\r", "\b", "\u202e", "\x7f", "[", "2", "J", "a"),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
})

function guarded(isTTY = true) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream &
    PassThrough
  return {
    stream: guardOutput(stream),
    read() {
      stream.end()
      return text(stream)
    },
  }
}

test("text written to a guarded stream in any way has no effect on the terminal except line ends", async () => {
  await fc.assert(
    fc.asyncProperty(evil, async (said) => {
      const { stream, read } = guarded()
      stream.write(said)
      stream.write(`${JSON.stringify({ said })}\n`, "utf8")
      const log = jsonLogger((line) => stream.write(line))
      log("error", said, { message: said })
      new Console(stream as unknown as NodeJS.WritableStream).error(said)
      expect(await read()).not.toMatch(effects)
    }),
  )
})

test("guarding twice escapes once, and the command's own terminal sequences have their effect", async () => {
  const { stream, read } = guarded()
  guardOutput(stream)
  overwriteLine(stream, "a\x1b[2Jb")
  writePainted(stream, painted`${paint(31, "red\x1b[0m")} ${"plain\x1b[1m"}\n`)
  promptStream(stream).write("\x1b[?25l")
  expect(promptStream(stream).columns).toBe(80)
  stream.columns = 0
  expect(promptStream(stream).columns).toBe(80)
  expect(await read()).toBe("\r\x1b[2Ka\\u001b[2Jb\x1b[31mred\\u001b[0m\x1b[0m plain\\u001b[1m\n\x1b[?25l")
})

test("a status is one line of the terminal, however long it is", async () => {
  const { stream, read } = guarded()
  overwriteLine(stream, "x".repeat(500))
  expect(await read()).toBe(`\r\x1b[2K${"x".repeat(78)}…`)
})

test("bytes are passed to a pipe unchanged and to a terminal escaped, however they are split", async () => {
  const whole = Buffer.from("one\x1b[2J\ttwo\n\u{1f469}\u200d\u{1f4bb} ü\u202e\nend\x9b")
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(whole.length), { maxLength: 6 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length]
      const pieces = async function* () {
        for (let i = 1; i < at.length; i++) yield whole.subarray(at[i - 1], at[i])
      }
      const [pipe, terminal] = [guarded(false), guarded(true)]
      await Promise.all([writeBytes(pipe.stream, pieces()), writeBytes(terminal.stream, pieces())])
      expect(await pipe.read()).toBe(whole.toString())
      expect(await terminal.read()).toBe("one\\u001b[2J\ttwo\n\u{1f469}\u200d\u{1f4bb} ü\\u202e\nend\\u009b")
    }),
  )
})

test("OpenCode's terminal gets no control sequences", () => {
  fc.assert(
    fc.property(evil, (said) => {
      const shown: unknown[] = []
      const ui = escapingUi({
        select: async (...props) => void shown.push(props),
        confirm: async (props) => shown.push(props) > 0,
        toast: (props) => shown.push(props),
        close: () => {},
        copy: () => true,
        currentSession: () => undefined,
      })
      ui.select!(said, [{ title: said, value: "v", description: said, footer: said }])
      ui.confirm!({ title: said, message: said, yes: "Yes" })
      ui.toast({ variant: "error", title: said, message: said })
      expect(shown).toHaveLength(3)
      const texts = JSON.stringify(shown, (_, value) =>
        typeof value === "string" ? [...value].map((c) => c.codePointAt(0)) : value,
      )
      const codes = [...texts.matchAll(/\d+/g)].map(([code]) => String.fromCodePoint(Number(code)))
      expect(codes.filter((character) => effects.test(character) || character === "\n")).toEqual([])
    }),
  )
})

test("no other module draws prompts or writes sequences to a terminal", () => {
  const files = globSync("src/**/*.ts").filter((file) => !/^src\/(?:dev|render|redact)\//.test(file))
  const holding = (pattern: RegExp) => files.filter((file) => pattern.test(readFileSync(file, "utf8"))).sort()
  expect(holding(/@clack\/prompts/)).toEqual(["src/commands/prompt.ts"])
  expect(holding(/\bpromptStream\(/)).toEqual(["src/commands/output.ts", "src/commands/prompt.ts"])
  expect(holding(/\\x1b[[\]]|\\u001b[[\]]|\\x9b|\\033/i)).toEqual(["src/commands/output.ts"])
  expect(holding(/\bconsole\.\w/)).toEqual([])
  expect(holding(/showToast|app\.log\(/)).toEqual(["src/plugin/notifier.ts", "src/plugin/opencode.ts"])
})
