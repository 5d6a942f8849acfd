import type { Command } from "commander"
import { explainInterrupt } from "../commands/explain-interrupt.ts"
import type { Terminal } from "../commands/terminal.ts"

/** Context in which a group of commands is added. */
export interface CommandGroup {
  program: Command
  terminal: Terminal
  /** Adds a command with its texts, to the program or to another command. */
  add(usage: string, parent?: Command): Command
}

/** Runs a command that continues its work when it is run again, and says so after Ctrl+C. */
export const resumable = (terminal: Terminal, work: () => Promise<void>): Promise<void> =>
  explainInterrupt(terminal, () => "To continue, run the same command again.", work)
