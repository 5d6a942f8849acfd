/** One line, without marks of Markdown: names, titles and sentences of a session. */
export const escapeInline = (text: string): string => collapseSpace(text).replace(/[\\`*_[\]<>&|~#$]/g, "\\$&")

/** Code in a line; its fence is longer than any run of backticks in it. */
export function codeSpan(text: string): string {
  const line = collapseSpace(text)
  if (line === "") return ""
  const ticks = "`".repeat(longestRun(line, 0) + 1)
  const space = line.startsWith("`") || line.endsWith("`") ? " " : ""
  return `${ticks}${space}${line}${space}${ticks}`
}

/** A fenced block, whose fence is longer than any in the text, so that the text cannot close it. */
export function fencedBlock(text: string, language: string): string {
  const ticks = "`".repeat(Math.max(3, longestRun(text, 2) + 1))
  return `${ticks}${language}\n${text.endsWith("\n") ? text.slice(0, -1) : text}\n${ticks}`
}

const longestRun = (text: string, least: number): number =>
  (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), least)

export const collapseSpace = (text: string): string => text.replace(/\s+/g, " ").trim()

export const withoutAnsi = (text: string): string =>
  text.replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g, "")
