import type { CommandGroup } from "./command-group.ts"
import { withDestination, withOutput, withTrust } from "./option-groups.ts"

/** `init`, `doctor`, `completion` and `help`. */
export function addSetupCommands({ program, add, terminal }: CommandGroup): void {
  withOutput(
    withDestination(
      add("init")
        .option("--project", "write to this project's opencode.json, for everyone who works on it")
        .option("--check", "only test the present settings; for scripts"),
    ),
  ).action(async (flags) => (await import("../commands/init.ts")).initCommand(flags, terminal))
  withOutput(
    withTrust(
      add("doctor")
        .option("--policy", "print only the policy that lets anyone with a link read it")
        .option(
          "--lifecycle [form]",
          "print only a lifecycle rule (json or xml) that makes the bucket expire all shares",
        )
        .option("--expires <time>", "lifetime of shares for the rule, such as 30d"),
    ),
  ).action(async (flags) => (await import("../commands/doctor.ts")).doctorCommand(flags, terminal))
  add("completion <shell>").action(async (shell) => {
    const { completionScript } = await import("./completion-script.ts")
    terminal.stdout.write(completionScript(shell))
  })
  add("help [topic...]").action(async (topic) => {
    const { printHelp } = await import("./help-topics.ts")
    printHelp(program, topic, terminal)
  })
}
