import type { CommandGroup } from "./command-group.ts"
import { withOutput, withTrust } from "./option-groups.ts"

/** `serve` and `token`. */
export function addServerCommands(group: CommandGroup): void {
  const { add, terminal } = group
  add("serve")
    .option("--config <file>", "JSON settings file; OPENCODE_BUCKET_… variables take precedence")
    .option("--listen <address>", "address and port to listen on, such as 127.0.0.1:8080")
    .option("--public", "no sign-in: anyone who can reach the server can read; for an internal network")
    .action(async (flags) => {
      await (await import("../commands/serve.ts")).serveCommand(flags, terminal)
      // Pending requests to an unresponsive bucket would keep the process alive past the shutdown limit.
      process.exit(0)
    })
  addToken(group)
}

function addToken({ add, terminal }: CommandGroup): void {
  const token = add("token")
  const commands = () => import("../commands/token.ts")
  withOutput(
    withTrust(
      add("create <name...>", token)
        .option(
          "--owner <email>",
          "who can list and remove its shares in the browser (default: the name, if it is an address)",
        )
        .option("--admin", "for the admin API instead of publishing: lists, unshares and revokes what everyone has"),
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
