import type { Random } from "./random.ts"
import type { SourceText } from "./source-text.ts"

const words =
  `the a this that each its session parser stream reducer part renderer cache hash input output latency budget
memory limit retry bucket prefix object key region endpoint upload request response header token cursor index page link
manifest ledger boundary fixture snapshot schema field branch commit merge conflict diff patch review test case failure
timeout handle descriptor buffer encoder decoder queue worker thread lock race deadlock callback promise iterator closure
module import export bundle chunk loader plugin hook config flag variable default override path folder file archive reads
writes returns throws catches keeps drops splits joins counts sorts skips folds moves renames checks expects compares
because when unless after before while so then only still never always first last already twice again probably exactly
wrong right small large empty missing stale fresh slow fast public private nested flat lazy eager broken whole typed`.split(
    /\s+/,
  )

/** A sentence of 6 to 20 words. */
export function sentence(random: Random): string {
  const text = Array.from({ length: random.between(6, 20) }, () => random.pick(words)).join(" ")
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

export const paragraph = (random: Random): string => times(random.between(2, 5), () => sentence(random)).join(" ")

/** A typical model answer: Markdown with headings, lists, tables and code. */
export function markdown(random: Random, source: SourceText): string {
  const blocks = [paragraph(random)]
  const code = () => `\`${random.pick(words)}${random.pick(["()", ".ts", "_id", ""])}\``
  if (random.chance(0.3)) blocks.unshift(`## ${sentence(random).slice(0, 48)}`)
  if (random.chance(0.45))
    blocks.push(
      times(random.between(3, 6), () => `- **${random.pick(words)}**: ${sentence(random)} See ${code()}.`).join("\n"),
    )
  if (random.chance(0.45)) blocks.push(fence(random, source))
  if (random.chance(0.1)) {
    const row = () => `| ${random.pick(words)} | ${random.between(10, 900)} | ${random.between(1, 99)} % |`
    blocks.push(["| what | before | after |", "|---|---:|---:|", ...times(random.between(2, 6), row)].join("\n"))
  }
  if (random.chance(0.2))
    blocks.push(
      times(3, () => sentence(random))
        .map((text, at) => `${at + 1}. ${text}`)
        .join("\n"),
    )
  if (random.chance(0.1)) blocks.push(`> ${sentence(random)}`)
  if (random.chance(0.2)) blocks.push(`${paragraph(random)} [Notes](https://example.com/${random.letters(8)})`)
  return blocks.join("\n\n")
}

function fence(random: Random, source: SourceText): string {
  const { language, lines } = source.excerpt(random, 4, 24)
  // A fence around Markdown needs to be longer than the fences in it.
  const marks = lines.some((line) => line.includes("```")) ? "`````" : "```"
  return [marks + language, ...lines, marks].join("\n")
}
