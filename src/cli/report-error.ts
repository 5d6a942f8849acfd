import { CommanderError } from "commander"
import { isJsonWritten, writeJson } from "../commands/json.ts"
import { linesFor, type Terminal } from "../commands/terminal.ts"
import { asJsonError, ShareError } from "../errors.ts"
import { commandTexts } from "./command-texts.ts"

/**
 * Prints an error and its hint on stderr and, with `--json`, on stdout, unless the command has printed its object there
 * already. Returns the exit status.
 */
export function reportError(error: unknown, terminal: Terminal, { isJson }: { isJson: boolean }): number {
  // Help and version were asked for.
  if (error instanceof CommanderError && error.exitCode === 0) return 0
  const known = error instanceof CommanderError ? usageError(error, calledCommand(process.argv.slice(2))) : error
  if (isJson && !isJsonWritten(terminal)) writeJson(terminal, { error: asJsonError(known) })
  if (known instanceof ShareError) {
    const hint = known.hint ? [`  ${known.hint}`] : []
    const lines = [...linesFor(terminal.stderr, `opencode-bucket: ${known.message}`), ...hint]
    terminal.stderr.write(`${lines.join("\n")}\n`)
    return known.exitStatus
  }
  const details = (known as Error)?.stack ?? String(known)
  terminal.stderr.write(`opencode-bucket: Unexpected error. Please report it with the following details.\n${details}\n`)
  return 1
}

/** A usage error in the form of all others: `error: unknown option '--x'\n(Did you mean --y?)`. */
function usageError({ message }: CommanderError, command: string): ShareError {
  const [what = "", suggestion] = message.replace(/^error: /, "").split("\n")
  const sentence = what.replaceAll("'", "").replace(/\.?$/, ".")
  return new ShareError("bad-usage", sentence.charAt(0).toUpperCase() + sentence.slice(1), {
    hint: suggestion?.replace(/^\((.*)\)$/, "$1") ?? `See: opencode-bucket ${command} --help`.replace("  ", " "),
  })
}

/** Name of the command in these arguments: `share`, `token create`; "" if there is none. */
function calledCommand([first = "", second = ""]: string[]): string {
  const name = `${first} ${second}`
  return Object.hasOwn(commandTexts, name) ? name : Object.hasOwn(commandTexts, first) ? first : ""
}
