import { type CommandGroup, resumable } from "./command-group.ts"
import { withAll, withOutput, withSelection, withTrust } from "./option-groups.ts"

/** `share`, `preview`, `list`, `unshare` and `prune`. */
export function addShareCommands({ add, terminal }: CommandGroup): void {
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
      ? resumable(terminal, async () => (await import("../commands/share-all.ts")).shareAll(flags, terminal))
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
    return resumable(terminal, async () =>
      flags.all
        ? (await import("../commands/unshare-all.ts")).unshareAll(named, flags, terminal)
        : (await import("../commands/unshare.ts")).unshareCommand(named, flags, terminal),
    )
  })
  withOutput(withTrust(add("prune").option("--bucket", "include shares by others in the same bucket"))).action(
    async (flags) =>
      resumable(terminal, async () => (await import("../commands/prune.ts")).pruneCommand(flags, terminal)),
  )
}
