import { type CommandGroup, resumable } from "./command-group.ts"
import { withAll, withOutput, withSelection } from "./option-groups.ts"

/** `export` and `import`. */
export function addFileCommands({ add, terminal }: CommandGroup): void {
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
      ? resumable(terminal, async () => (await import("../commands/export-all.ts")).exportAll(flags, terminal))
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
}
