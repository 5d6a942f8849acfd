import { secretOutputs } from "../rules/commands.ts"
import type { SecretMatch, SecretRule } from "../rules/secret-rule.ts"
import { isSecret } from "../values/judge.ts"

const MAX_COMMAND_CHARS = 400
/** Longest line that may be a secret. */
const MAX_LINE_CHARS = 4_096
const MAX_LINES = 3
/** Words with which the commands of the table begin. */
const outputsByWords = secretOutputs.map((pattern) => ({ words: firstWords(pattern.source), pattern }))
const anchors = [...new Set(outputsByWords.flatMap(({ words }) => words))]

function firstWords(source: string): string[] {
  const group = /^\(\?:([\w|?-]+)\)/.exec(source)
  if (group)
    return group[1]!
      .split("|")
      .map((word) => `${word.replace(/\w\?$/, "")}`)
      .filter((word) => word.length > 1)
  return [/^[\w-]+/.exec(source)![0]]
}

/** Whether the output of a command line is nothing but a secret. */
export function hasSecretOutput(command: string): boolean {
  const read = command.slice(0, MAX_COMMAND_CHARS)
  const lower = read.toLowerCase()
  // A pattern takes long to compile: most commands have the words of none.
  return outputsByWords.some(({ words, pattern }) => words.some((word) => lower.includes(word)) && pattern.test(read))
}

/** The output of commands that print a secret, in a transcript: `$ op read …`, and the secret on the next line. */
export const outputs: SecretRule = {
  anchors: anchors.map((word) => `$ ${word}`).concat(anchors.map((word) => `# ${word}`)),
  findAt(text, at) {
    const line = text.slice(at + 2, at + 2 + MAX_COMMAND_CHARS)
    const end = line.indexOf("\n")
    return end < 0 || !hasSecretOutput(line.slice(0, end)) ? [] : secretLines(text, at + 2 + end + 1)
  },
}

/** Lines that consist of one word that may be a secret. */
export function secretLines(text: string, from: number): SecretMatch[] {
  const found: SecretMatch[] = []
  for (let at = from, line = 0; line < MAX_LINES && at < text.length; line++) {
    const written = /^[^\n]*/.exec(text.slice(at, at + MAX_LINE_CHARS))![0]
    const end = at + written.length
    const value = written.trim()
    if (value === "" || /^[$#>%] ?/.test(value)) break
    if (isSecret(value, "password", "given")) {
      const start = at + written.indexOf(value)
      found.push({ kind: "secret output", start, end: start + value.length, from: Math.max(0, from - 40) })
    } else if (/\s/.test(value)) break
    at = end + 1
  }
  return found
}
