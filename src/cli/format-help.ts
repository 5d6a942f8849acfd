import type { Command, Help } from "commander"
import { wrapText } from "../lib/wrap-text.ts"
import { commandTexts, nameOf } from "./command-texts.ts"

const MIN_WIDTH_CHARS = 40
const MAX_WIDTH_CHARS = 100

/** Width of help texts for a terminal: readable on narrow ones, and not spread over wide ones. */
export const helpWidth = (columns: number | undefined): number =>
  Math.max(MIN_WIDTH_CHARS, Math.min(columns || 80, MAX_WIDTH_CHARS))

/** A heading with rows of two columns. */
export interface HelpGroup {
  heading: string
  rows: [term: string, about: string][]
}

/** Content of a command's help, for the terminal and for the man page. */
export interface HelpContent {
  description: string
  usage: string
  argument: string | undefined
  examples: readonly (readonly [args: string, about: string])[]
  groups: HelpGroup[]
  topic: string | undefined
}

/** Collects the help of a command. */
export function helpContent(command: Command, helper: Help): HelpContent {
  const text = commandTexts[nameOf(command)]
  const groups = new Map<string, HelpGroup["rows"]>()
  const add = (heading: string, row: [string, string]) => groups.set(heading, [...(groups.get(heading) ?? []), row])
  for (const each of helper.visibleCommands(command))
    add(each.helpGroup() || "Commands:", [usageOf(each), each.summary()])
  for (const option of helper.visibleOptions(command))
    add(option.helpGroupHeading ?? "Flags:", [option.flags, option.description])
  return {
    description: command.description(),
    usage: helper.commandUsage(command).replace("[options]", "[flags]"),
    argument: text?.argument,
    examples: text?.examples ?? [],
    groups: inOrder(groups),
    topic: text?.topic,
  }
}

/** A command's own options come first, those of every command last. */
function inOrder(groups: Map<string, HelpGroup["rows"]>): HelpGroup[] {
  const last = ["Destination:", "Bucket:", "Output:", "Other:"]
  return [...groups]
    .map(([heading, rows]) => ({ heading, rows }))
    .sort((a, b) => last.indexOf(a.heading) - last.indexOf(b.heading))
}

const usageOf = (command: Command) =>
  [
    command.name(),
    ...command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`)),
  ].join(" ")

/** Lays out the help: what the command does, how it is called, examples, options in groups, and where to read more. */
export function formatHelp(command: Command, helper: Help): string {
  const width = helper.helpWidth ?? 80
  const { description, usage, argument, examples, groups, topic } = helpContent(command, helper)
  const paragraph = (text: string) => wrapText(text, width)
  const lines = [...paragraph(description), "", "Usage:", ...indented(usage, width)]
  if (argument) lines.push(...indented(argument, width))
  if (examples.length > 0)
    lines.push("", "Examples:", ...examples.flatMap(([args, about]) => [`  # ${about}`, `  opencode-bucket ${args}`]))
  const widest = Math.max(0, ...groups.flatMap(({ rows }) => rows.map(([term]) => term.length)))
  for (const { heading, rows } of groups)
    lines.push("", heading, ...rows.flatMap(([term, about]) => row(term, about, Math.min(widest, 26), width)))
  if (topic) lines.push("", `Read more: opencode-bucket help ${topic}`)
  return `${lines.join("\n")}\n`
}

const indented = (text: string, width: number) => wrapText(text, width - 2).map((line) => `  ${line}`)

function row(term: string, about: string, column: number, width: number): string[] {
  const margin = " ".repeat(column + 4)
  const [first = "", ...rest] = wrapText(about, Math.max(20, width - margin.length))
  const below = rest.map((line) => margin + line)
  if (term.length > column) return [`  ${term}`, margin + first, ...below]
  return [`  ${term.padEnd(column)}  ${first}`.trimEnd(), ...below]
}
