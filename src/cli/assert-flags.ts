import type { Command } from "commander"
import { ShareError } from "../errors.ts"
import { nameOf } from "./command-texts.ts"

/** Flags that cannot be combined, by command. "argument" stands for the command's argument. */
const exclusive: Record<string, [string, string][]> = {
  share: [
    ["all", "argument"],
    ["all", "until"],
    ["all", "signed"],
  ],
  export: [
    ["all", "argument"],
    ["all", "until"],
  ],
  unshare: [
    ["all", "argument"],
    ["all", "forget"],
  ],
  doctor: [["policy", "lifecycle"]],
  init: [["check", "project"]],
}

/** Flags that apply only together with another one, by command. */
const dependent: Record<string, [string, string][]> = {
  share: [
    ["since", "all"],
    ["project", "all"],
  ],
  export: [
    ["since", "all"],
    ["project", "all"],
  ],
}

/** Throws `bad-usage` for flags of a command that contradict each other, or that would have no effect. */
export function assertFlags(command: Command): void {
  const name = nameOf(command)
  const flags = command.opts()
  const [argument] = command.registeredArguments
  const isGiven = (flag: string) => (flag === "argument" ? command.args.length > 0 : flags[flag] !== undefined)
  const shown = (flag: string) => (flag === "argument" ? `a ${argument?.name()}` : `--${flag}`)
  const see = { hint: `See: opencode-bucket ${name} --help` }
  for (const [one, other] of exclusive[name] ?? [])
    if (isGiven(one) && isGiven(other))
      throw new ShareError("bad-usage", `${capitalize(shown(other))} cannot be used with ${shown(one)}.`, see)
  for (const [flag, needed] of dependent[name] ?? [])
    if (isGiven(flag) && !isGiven(needed))
      throw new ShareError("bad-usage", `${shown(flag)} has an effect only with ${shown(needed)}.`, see)
}

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
