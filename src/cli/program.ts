import { Command, Option } from "commander"
import type { Terminal } from "../commands/terminal.ts"
import { version } from "../version.ts"
import { assertFlags } from "./assert-flags.ts"
import type { CommandGroup } from "./command-group.ts"
import { describe } from "./command-texts.ts"
import { addFileCommands } from "./file-commands.ts"
import { formatHelp, helpWidth } from "./format-help.ts"
import { addServerCommands } from "./server-commands.ts"
import { addSetupCommands } from "./setup-commands.ts"
import { addShareCommands } from "./share-commands.ts"

/** The command line: every command with its flags. A command's code is loaded when it runs. */
export function createProgram(terminal: Terminal): Command {
  const program = new Command("opencode-bucket")
    .optionsGroup("Other:")
    .version(version, "-v, --version", "print the version; with --json also those of Node and OpenCode")
    .addHelpOption(new Option("-h, --help", "print help").helpGroup("Other:"))
    .helpCommand(false)
    .exitOverride()
    .showSuggestionAfterError()
    // The caller prints errors, in the form of all others.
    .configureOutput({ outputError: () => {}, getOutHelpWidth: () => helpWidth(terminal.stdout.columns) })
    .configureHelp({ formatHelp })
    .hook("preAction", (_, command) => assertFlags(command))
  describe(program)
  const group: CommandGroup = {
    program,
    terminal,
    add: (usage, parent = program) => describe(parent.command(usage)),
  }
  program.commandsGroup("Share and remove:")
  addShareCommands(group)
  program.commandsGroup("Files:")
  addFileCommands(group)
  program.commandsGroup("Set up:")
  addSetupCommands(group)
  program.commandsGroup("Share server:")
  addServerCommands(group)
  addCompletion(group)
  return program
}

/** The hidden command that the shells' completion scripts run. */
function addCompletion({ program, terminal }: CommandGroup): void {
  program
    .command("__complete [words...]", { hidden: true })
    .allowUnknownOption()
    .action(async (words) => {
      const { complete } = await import("./complete.ts")
      const lines = (await complete(program, words, terminal)).map(({ value, about }) => `${value}\t${about}\n`)
      // As bytes: the tab is for the shell.
      terminal.stdout.write(Buffer.from(lines.join("")))
    })
}
