import { Command, Option } from "commander"
import { explainInterrupt } from "../commands/explain-interrupt.ts"
import type { Terminal } from "../commands/terminal.ts"
import { version } from "../version.ts"
import { assertFlags } from "./assert-flags.ts"
import { describe } from "./command-texts.ts"
import { formatHelp, helpWidth } from "./format-help.ts"
import { withAll, withDestination, withOutput, withSelection, withTrust } from "./option-groups.ts"

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
  const resumable = (work: () => Promise<void>) =>
    explainInterrupt(terminal, () => "To continue, run the same command again.", work)
  const add = (usage: string, parent = program) => describe(parent.command(usage))

  program.commandsGroup("Share and remove:")
  withOutput(
    withAll(
      withSelection(
        withTrust(
          add("share [session]")
            .optionsGroup("Sharing:")
            .option("--expires <time>", "when the share expires: 12h, 7d, 8w from now, or never")
            .option(
              "--signed <time>",
              "print a presigned link to one page in a private bucket, valid for 24h, 7d at most",
            )
            .option("--yes", "do not ask for confirmation")
            .option("--accept-retention", "share even though object lock prevents deletion for a time")
            .option("--open", "open the link in the browser"),
        ),
      ),
    ),
  ).action(async (session, flags) =>
    flags.all
      ? resumable(async () => (await import("../commands/share-all.ts")).shareAll(flags, terminal))
      : (await import("../commands/share.ts")).shareCommand(session, flags, terminal),
  )
  withOutput(
    withSelection(
      add("preview [session]")
        .optionsGroup("Preview:")
        .option("--open", "open it in the browser (default on a terminal)")
        .option("--no-open", "only print the link"),
    ),
  ).action(async (session, flags) => (await import("../commands/preview.ts")).previewCommand(session, flags, terminal))
  withOutput(withTrust(add("list").option("--bucket", "include shares by others in the same bucket"))).action(
    async (flags) => {
      const { isWhole, error } = await (await import("../commands/list.ts")).listCommand(flags, terminal)
      if (error) throw error
      // Pending requests to an unresponsive destination would keep the process alive past the list's timeout.
      if (!isWhole) process.exit(0)
    },
  )
  withOutput(
    withTrust(
      add("unshare [share]")
        .option("--all", "every share recorded on this machine (with --to: only at that destination)")
        .option("--forget", "delete nothing; drop the record of a share whose bucket is gone")
        .option("--yes", "do not ask for confirmation"),
    ),
  ).action(async (named, flags) => {
    if (flags.forget) return (await import("../commands/forget.ts")).forgetCommand(named, flags, terminal)
    return resumable(async () =>
      flags.all
        ? (await import("../commands/unshare-all.ts")).unshareAll(named, flags, terminal)
        : (await import("../commands/unshare.ts")).unshareCommand(named, flags, terminal),
    )
  })
  withOutput(withTrust(add("prune").option("--bucket", "include shares by others in the same bucket"))).action(
    async (flags) => resumable(async () => (await import("../commands/prune.ts")).pruneCommand(flags, terminal)),
  )

  program.commandsGroup("Files:")
  withOutput(
    withAll(
      withSelection(
        add("export [session]")
          .optionsGroup("File:")
          .option("--format <format>", "html (one file, the default), folder, md, json (for opencode import)")
          .option(
            "--output <place>",
            "a file, a folder, or - for stdout (default: the current folder, named after the title)",
          )
          .option("--force", "overwrite existing files"),
      ),
    ),
  ).action(async (session, flags) =>
    flags.all
      ? resumable(async () => (await import("../commands/export-all.ts")).exportAll(flags, terminal))
      : (await import("../commands/export.ts")).exportCommand(session, flags, terminal),
  )
  withOutput(
    add("import <link>")
      .option("--force", "add missing messages to a session that already exists")
      .option(
        "--token <token>",
        "token for the link's server (or OPENCODE_BUCKET_TOKEN, sent only to OPENCODE_BUCKET_SERVER)",
      )
      .option("--allow-private", "follow redirects into private networks")
      .option("--yes", "do not ask for confirmation"),
  ).action(async (link, flags) => (await import("../commands/import.ts")).importCommand(link, flags, terminal))

  program.commandsGroup("Set up:")
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

  program.commandsGroup("Share server:")
  add("serve")
    .option("--config <file>", "JSON settings file; OPENCODE_BUCKET_… variables take precedence")
    .option("--listen <address>", "address and port to listen on, such as 127.0.0.1:8080")
    .option("--public", "no sign-in: anyone who can reach the server can read; for an internal network")
    .action(async (flags) => {
      await (await import("../commands/serve.ts")).serveCommand(flags, terminal)
      // Pending requests to an unresponsive bucket would keep the process alive past the shutdown limit.
      process.exit(0)
    })
  addToken(add, terminal)

  program
    .command("__complete [words...]", { hidden: true })
    .allowUnknownOption()
    .action(async (words) => {
      const { complete } = await import("./complete.ts")
      const lines = (await complete(program, words, terminal)).map(({ value, about }) => `${value}\t${about}\n`)
      // As bytes: the tab is for the shell.
      terminal.stdout.write(Buffer.from(lines.join("")))
    })
  return program
}

function addToken(add: (usage: string, parent?: Command) => Command, terminal: Terminal): void {
  const token = add("token")
  const commands = () => import("../commands/token.ts")
  withOutput(
    withTrust(
      add("create <name...>", token).option(
        "--owner <email>",
        "who can list and remove its shares in the browser (default: the name, if it is an address)",
      ),
    ),
  ).action(async (names, flags) => (await commands()).tokenCreateCommand(names, flags, terminal))
  withOutput(withTrust(add("list", token))).action(async (flags) =>
    (await commands()).tokenListCommand(flags, terminal),
  )
  withOutput(withTrust(add("rotate <name>", token))).action(async (name, flags) =>
    (await commands()).tokenRotateCommand(name, flags, terminal),
  )
  withOutput(
    withTrust(
      add("revoke <name>", token).option(
        "--unshare",
        "also remove its shares, including those of earlier tokens with this name",
      ),
    ),
  ).action(async (name, flags) => (await commands()).tokenRevokeCommand(name, flags, terminal))
}
