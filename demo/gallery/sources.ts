/** Source files of the project in the gallery's session, and their later versions. */
export const level = `/** The level of the sea at a station, in metres above its zero. */
export interface Level {
  at: Date
  metres: number
}

const period = 12.42 * 3_600_000

/** The next high water after \`from\`, from two of those before it. */
export function next(levels: readonly Level[], from: Date): Level | undefined {
  const highs = levels.filter((level, i) => i > 0 && level.metres > levels[i - 1]!.metres)
  const last = highs.at(-1)
  if (!last) return undefined
  const ahead = Math.ceil((from.getTime() - last.at.getTime()) / period)
  return { at: new Date(last.at.getTime() + ahead * period), metres: last.metres }
}`

export const levelAfter = level
  .replace("from two of those before it", "from the last two before it, or undefined if there is none")
  .replace("level.metres > levels[i - 1]!.metres", "isHigh(levels, i) && level.at < from")
  .replace("  const last = highs.at(-1)\n", "  const [before, last] = highs.slice(-2)\n")
  .replace("if (!last)", "if (!before || !last)")
  .replace("metres: last.metres }", "metres: (before.metres + last.metres) / 2 }")
  .concat(
    "\n\nfunction isHigh(levels: readonly Level[], i: number): boolean {\n  const here = levels[i]!.metres\n  return here > (levels[i - 1]?.metres ?? here) && here >= (levels[i + 1]?.metres ?? here)\n}",
  )

export const station = `import { readFile } from "node:fs/promises"
import type { Level } from "./level.ts"

/** A place where the level of the sea is measured. */
export interface Station {
  name: string
  zone: string
  levels: Level[]
}

/** Reads a station's table: a line a level, its local time and metres between tabs. */
export async function readStation(file: string, zone: string): Promise<Station> {
  const lines = (await readFile(file, "utf8")).trimEnd().split("\\n")
  const levels = lines.map((line) => {
    const [time = "", metres = ""] = line.split("\\t")
    return { at: toUTC(new Date(time), zone), metres: Number(metres) }
  })
  return { name: file.replace(/.*\\/|\\.tsv$/g, ""), zone, levels }
}

const toUTC = (local: Date, zone: string) => new Date(local.getTime() - utcOffset(zone) * 60_000)`

export const stationAfter = station.replace("toUTC(new Date(time), zone)", "toUTC(time, zone)").replace(
  /const toUTC = .*/,
  `/** A local time as UTC: the offset is that of the day, not of today. */
function toUTC(local: string, zone: string): Date {
  const guess = new Date(\`\${local}Z\`)
  return new Date(guess.getTime() - utcOffset(zone, guess) * 60_000)
}`,
)
