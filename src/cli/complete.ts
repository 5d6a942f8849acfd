import path from "node:path"
import type { Command, Option } from "commander"
import { awsProfiles } from "../commands/aws-profiles.ts"
import { oneLine, type Terminal } from "../commands/terminal.ts"
import { dataFolder } from "../config/paths.ts"
import { EXPORT_FORMATS } from "../export/export.ts"
import { databasePath } from "../session/database-path.ts"
import { omissions } from "../session/omissions.ts"
import { recentSessions } from "../session/recent-sessions.ts"
import { openLedger } from "../share/ledger.ts"
import { SHELLS } from "./completion-script.ts"
import { TOPICS } from "./help-topics.ts"

export interface Candidate {
  value: string
  about: string
}

const MAX_CANDIDATE_COUNT = 50

/** Values of options, by the option's long name. An option that is missing here takes a file or free text. */
const optionValues: Record<string, (terminal: Terminal) => Candidate[]> = {
  "--format": () => plain(EXPORT_FORMATS),
  "--omit": () => plain([...omissions, "none"]),
  "--until": () => plain(["end"]),
  "--expires": () => plain(["12h", "7d", "30d", "8w", "never"]),
  "--signed": () => plain(["1h", "24h", "7d"]),
  "--since": () => plain(["7d", "30d"]),
  "--lifecycle": () => plain(["json", "xml"]),
  "--profile": ({ env, home }) => plain(awsProfiles(env, home)),
}

/** Values of arguments, by the argument's name. */
const argumentValues: Record<string, (program: Command, terminal: Terminal) => Candidate[] | Promise<Candidate[]>> = {
  session: (_, { env, home, cwd }) =>
    recentSessions(databasePath(env, home), cwd, MAX_CANDIDATE_COUNT).map(({ id, title }) => ({
      value: id,
      about: title,
    })),
  share: async (_, terminal) =>
    (await openLedger(path.join(dataFolder(terminal), "ledger")).all())
      .toReversed()
      .map(({ session, title, destination }) => ({ value: session, about: `${title ?? ""} (${destination.to})` })),
  shell: () => plain(SHELLS),
  topic: (program) => [
    ...visible(program).map((command) => ({ value: command.name(), about: command.summary() })),
    ...Object.entries(TOPICS).map(([value, { about }]) => ({ value, about })),
  ],
}

/**
 * Completes the last of these words, which may be empty: commands, flags, and values known on this machine. Empty if
 * the shell should complete file names. Never throws for unknown words or unreadable data.
 */
export async function complete(program: Command, words: string[], terminal: Terminal): Promise<Candidate[]> {
  const current = (words.at(-1) ?? "").replace(/^""$/, "")
  const { command, option, argumentAt } = locate(program, words.slice(0, -1))
  const candidates = await candidatesFor(program, { command, option, argumentAt, current }, terminal)
  return candidates
    .filter(({ value }) => value.startsWith(current) && !/[\p{Cc}\s]/u.test(value))
    .map(({ value, about }) => ({ value, about: oneLine(about).slice(0, 80) }))
}

/** The command that these words call, the option that expects a value next, and the number of arguments so far. */
function locate(program: Command, words: string[]) {
  let command = program
  let option: Option | undefined
  let argumentAt = 0
  for (const word of words) {
    if (option) option = undefined
    else if (word.startsWith("-")) {
      const found = command.options.find(({ long, short }) => long === word || short === word)
      option = found?.required ? found : undefined
    } else {
      const next = command.commands.find((each) => each.name() === word)
      if (next) command = next
      else argumentAt++
    }
  }
  return { command, option, argumentAt }
}

interface CompletionContext extends ReturnType<typeof locate> {
  current: string
}

async function candidatesFor(
  program: Command,
  { command, option, argumentAt, current }: CompletionContext,
  terminal: Terminal,
): Promise<Candidate[]> {
  if (option) return optionValues[option.long ?? ""]?.(terminal) ?? []
  if (current.startsWith("-")) return flagsOf(command)
  if (command.commands.length > 0)
    return visible(command).map((each) => ({ value: each.name(), about: each.summary() }))
  const argument = command.registeredArguments[argumentAt]
  try {
    return (await argumentValues[argument?.name() ?? ""]?.(program, terminal)) ?? []
  } catch {
    return []
  }
}

const visible = (command: Command) => command.commands.filter((each) => !each.name().startsWith("_"))

const flagsOf = (command: Command): Candidate[] =>
  command
    .createHelp()
    .visibleOptions(command)
    .map(({ long, flags, description }) => ({ value: long ?? flags, about: description }))

const plain = (values: readonly string[]): Candidate[] => values.map((value) => ({ value, about: "" }))
