import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import type { Random } from "./random.ts"

/** Consecutive lines of a real file. */
export interface Excerpt {
  /** Language as in a code fence. */
  language: string
  /** Path in the fictional project, such as `src/lib/parse.ts`. */
  file: string
  /** Number of the first line in the file, from 1. */
  from: number
  lines: string[]
}

export interface SourceText {
  /** `low` to `high` lines of one file; fewer if the file is shorter. */
  excerpt(random: Random, low: number, high: number): Excerpt
  /** Path of a file in the fictional project. */
  file(random: Random): string
}

/** Fence language and weight, by file extension. */
const languages: Record<string, { language: string; weight: number }> = {
  ".ts": { language: "ts", weight: 26 },
  ".d.ts": { language: "ts", weight: 8 },
  ".js": { language: "js", weight: 18 },
  ".mjs": { language: "js", weight: 10 },
  ".cjs": { language: "js", weight: 5 },
  ".json": { language: "json", weight: 8 },
  ".md": { language: "md", weight: 7 },
  ".css": { language: "css", weight: 6 },
  ".cc": { language: "cpp", weight: 3 },
  ".h": { language: "cpp", weight: 2 },
  ".yml": { language: "yaml", weight: 2 },
  ".html": { language: "html", weight: 2 },
  ".astro": { language: "astro", weight: 1.5 },
  ".sh": { language: "bash", weight: 1.5 },
  ".gyp": { language: "python", weight: 1 },
  ".ps1": { language: "powershell", weight: 1 },
  ".svg": { language: "xml", weight: 1 },
}

/**
 * Excerpts of the text files in a folder such as `node_modules`: some thousand files in many languages. The same files
 * and seed yield the same excerpts.
 */
export function sourceText(folder: string): SourceText {
  const files = Object.groupBy(textFiles(folder), endingOf)
  const weights = Object.fromEntries(Object.keys(files).map((ending) => [ending, languages[ending]!.weight]))
  const pick = (random: Random) => {
    const ending = random.weighted(weights)
    return { ending, file: random.pick(files[ending]!) }
  }
  const excerpt: SourceText["excerpt"] = (random, low, high) => {
    for (;;) {
      const { ending, file } = pick(random)
      const lines = readFileSync(path.join(folder, file), "utf8").split(/\r?\n/)
      if (!isWritten(lines)) continue
      const count = random.between(low, high)
      const start = random.between(0, Math.max(0, lines.length - count))
      const chosen = lines.slice(start, start + count)
      // A long line would dominate its message.
      if (chosen.some((line) => line.length > 300)) continue
      const { language } = languages[ending]!
      return { language, file: inProject(file), from: start + 1, lines: chosen }
    }
  }
  return { excerpt, file: (random) => inProject(pick(random).file) }
}

const inProject = (file: string) => path.posix.join("src", ...file.split(path.sep).slice(-2))

const endingOf = (file: string) => (file.endsWith(".d.ts") ? ".d.ts" : path.extname(file))

function textFiles(folder: string): string[] {
  // Dot folders are caches of tools, which come and go.
  return readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => readdirSync(path.join(folder, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && endingOf(entry.name) in languages && entry.name !== ".package-lock.json")
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
}

/** Whether the file is hand-written: not minified, and long enough for an excerpt. */
const isWritten = (lines: string[]) =>
  lines.length >= 12 && lines.reduce((sum, line) => sum + line.length, 0) / lines.length < 90
