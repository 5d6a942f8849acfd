// Writes the man page from the same texts as the help.
import type { Command } from "commander"
import { nameOf } from "../src/cli/command-texts.ts"
import { helpContent } from "../src/cli/format-help.ts"
import { TOPICS } from "../src/cli/help-topics.ts"
import { createProgram } from "../src/cli/program.ts"
import type { Terminal } from "../src/commands/terminal.ts"
import { version } from "../src/version.ts"

/** Escapes text for roff: backslashes, hyphens, and lines that begin with a control character. */
const roff = (text: string) =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/gm, "\\&$1")

/** The man page of opencode-bucket(1). */
export function manPage(): string {
  const program = createProgram({ stdout: process.stdout } as unknown as Terminal)
  const { description, groups } = contentOf(program)
  return [
    `.TH OPENCODE\\-BUCKET 1 "" "opencode\\-bucket ${version}" "User Commands"`,
    ".SH NAME",
    `opencode\\-bucket \\- ${roff("share OpenCode sessions as static pages in your own bucket")}`,
    ".SH SYNOPSIS",
    ".B opencode\\-bucket\n.I command\n[arguments] [flags]",
    `.SH DESCRIPTION\n${roff(description)}`,
    ".SH COMMANDS",
    ...commandsOf(program).map(section),
    ".SH GLOBAL FLAGS",
    ...groups.flatMap(({ heading, rows }) => (heading === "Other:" ? rows.map(item) : [])),
    ".SH EXIT STATUS",
    "0 success, 1 unexpected error, 2 invalid usage or input, 3 sharing is disabled, 4 not found, 5 storage error, 6 an unshare left data behind, 130 cancelled.",
    ".SH TOPICS",
    'Pages of the documentation, printed by\n.BR "opencode\\-bucket help" .',
    ...Object.entries(TOPICS).map(([name, { about }]) => item([name, about])),
    "",
  ].join("\n")
}

const contentOf = (command: Command) => helpContent(command, command.createHelp())

const item = ([term, about]: readonly [string, string]) => `.TP\n.B ${roff(term)}\n${roff(about)}`

/** All commands, with subcommands, in the order of the help. */
const commandsOf = (parent: Command): Command[] =>
  parent.commands.filter((each) => !each.name().startsWith("_")).flatMap((each) => [each, ...commandsOf(each)])

function section(command: Command): string {
  const { description, argument, examples, groups } = contentOf(command)
  const usage = [
    nameOf(command),
    ...command.registeredArguments.map((each) => (each.required ? `<${each.name()}>` : `[${each.name()}]`)),
  ]
  return [
    `.SS ${roff(usage.join(" "))}`,
    roff(description),
    ...(argument === undefined ? [] : [".PP", roff(argument)]),
    ...groups.flatMap(({ heading, rows }) =>
      command.commands.length > 0 || heading === "Other:" ? [] : rows.map(item),
    ),
    ...(examples.length > 0
      ? [".PP", "Examples:", ".nf", ...examples.map(([args]) => roff(`    opencode-bucket ${args}`)), ".fi"]
      : []),
  ].join("\n")
}
