import { sentence } from "./prose.ts"
import type { Random } from "./random.ts"
import type { SourceText } from "./source-text.ts"

interface Typed {
  command: string
  output: string
}

const colour = (code: string, text: string) => `\x1b[${code}m${text}\x1b[0m`

const times = (count: number, make: (at: number) => string) => Array.from({ length: count }, (_, at) => make(at))

const outputs: Record<string, (random: Random, source: SourceText) => Typed> = {
  tests(random, source) {
    const lines = times(random.between(6, 30), () => {
      const file = source.file(random)
      const time = colour("2", `${random.between(1, 900)}ms`)
      return random.chance(0.9)
        ? `${colour("32", "✓")} ${file} ${colour("2", `(${random.between(1, 40)} tests)`)} ${time}`
        : `${colour("31", "✗")} ${file} ${time}\n  ${colour("31;1", "AssertionError")}: ${sentence(random)}`
    })
    return { command: random.pick(["npm test", "npx vitest run", "npm test -- --run"]), output: lines.join("\n") }
  },

  diff(random, source) {
    const { file, from, lines } = source.excerpt(random, 12, 40)
    const body = lines.map((line) => {
      if (random.chance(0.2)) return colour("32", `+${line}`)
      return random.chance(0.15) ? colour("31", `-${line}`) : ` ${line}`
    })
    const head = [colour("1", `diff --git a/${file} b/${file}`), colour("36", `@@ -${from},${lines.length} @@`)]
    return { command: `git diff --color=always ${file}`, output: [...head, ...body].join("\n") }
  },

  search(random, source) {
    const lines = times(random.between(4, 25), () => {
      const { file, from, lines } = source.excerpt(random, 1, 1)
      return `${colour("35", file)}:${colour("32", String(from))}:${lines[0]}`
    })
    return { command: "rg --color=always -n 'export' src | head -25", output: lines.join("\n") }
  },

  log(random) {
    const start = random.between(0, 80_000)
    const lines = times(random.between(8, 40), (at) => {
      const time = new Date(Date.UTC(2026, 10, 1) + (start + at) * 1000).toISOString()
      const level = random.pick([colour("34", "INFO"), colour("33", "WARN"), colour("31", "ERROR"), "DEBUG"])
      return `${time} ${level} ${sentence(random)}`
    })
    return { command: `tail -n ${lines.length} server.log`, output: lines.join("\n") }
  },

  listing(random, source) {
    const lines = times(random.between(4, 24), () => {
      const name = source.file(random).split("/").at(-1)!
      return `-rw-r--r-- 1 dev dev ${String(random.between(80, 90_000)).padStart(6)} Nov  1 09:12 ${name}`
    })
    return { command: "ls -la src", output: [`total ${random.between(40, 900)}`, ...lines].join("\n") }
  },

  content(random, source) {
    const { file, from, lines } = source.excerpt(random, 10, 45)
    return { command: `sed -n ${from},${from + lines.length - 1}p ${file}`, output: lines.join("\n") }
  },

  crash(random, source) {
    const frames = times(random.between(4, 12), () => {
      const { file, from } = source.excerpt(random, 1, 1)
      return `    at ${random.pick(["parse", "load", "Object.run", "async main"])} (/home/dev/app/${file}:${from}:9)`
    })
    return { command: "node dist/main.js", output: [`TypeError: ${sentence(random)}`, ...frames].join("\n") }
  },
}

const weights = { tests: 4, diff: 2, search: 2, log: 2, listing: 1, content: 3, crash: 1 }

/** A command as agents run it, with its output, including colours. */
export function terminalOutput(random: Random, source: SourceText): Typed {
  const { command, output } = outputs[random.weighted(weights)]!(random, source)
  return { command, output: `${output}\n` }
}
