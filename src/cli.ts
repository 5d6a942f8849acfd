import { Command, CommanderError } from "commander"
import { guardOutput } from "./commands/output.ts"
import { systemEnvironment } from "./config/paths.ts"
import { ShareError } from "./errors.ts"
import { useProxies } from "./lib/proxies.ts"
import { version } from "./version.ts"

const [stdout, stderr] = [guardOutput(process.stdout), guardOutput(process.stderr)]
const terminal = { ...systemEnvironment(), stdin: process.stdin, stdout, stderr }
// What Node itself says of an error goes past the streams.
process.on("uncaughtException", (error) => process.exit(explain(error)))

const program = new Command("opencode-bucket")
  .description("Share an OpenCode conversation as a static page in your own bucket, and take it back.")
  .version(version)
  .exitOverride()
  .showSuggestionAfterError()
  .addHelpText(
    "after",
    `
Examples:
  opencode-bucket share                         the newest session of this project
  opencode-bucket share talk.json --to s3://team-shares --endpoint https://minio.corp.example
  opencode-bucket unshare https://shares.corp.example/s/V1StGXR8_Z5jdHi6B-myT/index.html

Settings come from the plugin's options in opencode.json, from OPENCODE_BUCKET_… variables, and from flags.
Exit status: 0 done, 1 unexpected, 2 wrong usage or input, 3 sharing is disabled, 4 not found, 5 the store refused
or failed, 6 something is left after an unshare.`,
  )

const withPlace = (command: Command) =>
  command
    .option("--to <place>", "s3://bucket[/folder], or a local folder: ./shares, ~/shares, /srv/shares")
    .option("--endpoint <url>", "address of the S3 service, such as https://minio.corp.example")
    .option("--region <name>", "region of the bucket")
    .option("--profile <name>", "profile in ~/.aws/config to take credentials from")
    .option("--public-url <url>", "where the bucket is seen from outside")
    .option("--path-style", "address the bucket in the path (default with an endpoint)")
    .option("--no-path-style", "address the bucket in the host name")
    .option("--quiet", "nothing on stderr but errors")

const withDestination = (command: Command) =>
  withPlace(command)
    .option("--trust-project", "agree to the destination that the project's opencode.json names")
    .option("--json", "one JSON object on stdout")

const withSelection = (command: Command) =>
  command
    .option("--omit <what>", "leave out reasoning, tool-output, attachments (several with commas)")
    .option("--until <message>", "end with this message: its id, a link to it, or a prompt's number")

const withAll = (command: Command) =>
  command
    .option("--all", "every session in OpenCode's database; goes on where it was cut short")
    .option("--since <time>", "with --all: worked on in that time, such as 30d")
    .option("--project <folder>", "with --all: of that folder's project alone")

withAll(withSelection(withDestination(program.command("share [session]"))))
  .description("share a session, or bring its share up to date; prints the link")
  .summary("share a session")
  .addHelpText(
    "after",
    "\nsession: a session id, an export file, or - for stdin; without it the newest session of this project.",
  )
  .option("--expires <time>", "when it ends: 12h, 7d, 8w from now, or never")
  .option("--signed <time>", "one page in a private bucket, and a link that opens it so long: 24h, 7d at most")
  .option("--yes", "ask nothing")
  .option("--accept-retention", "share although the bucket's object lock keeps every object for a time")
  .option("--open", "open the link in the browser")
  .option("--private-index", "with --all: the index of all links stays on this machine, as it does without this")
  .action(async (session, flags) =>
    flags.all
      ? (await import("./commands/share-all.ts")).shareAll(flags, terminal)
      : (await import("./commands/share.ts")).shareCommand(session, flags, terminal),
  )

withSelection(program.command("preview [session]"))
  .description("draw what share would publish, with what was redacted marked, and open it from this machine")
  .summary("look at a share before it is one")
  .option("--open", "open it in the browser (default on a terminal)")
  .option("--no-open", "only print the link")
  .option("--quiet", "nothing on stderr but errors")
  .action(async (session, flags) => (await import("./commands/preview.ts")).previewCommand(session, flags, terminal))

withAll(withSelection(program.command("export [session]")))
  .description("keep a session: as one HTML file, a folder, Markdown or JSON; redacted as a share is")
  .summary("a session as a file, to keep")
  .option("--format <format>", "html (one file, the default), folder, md, json (for opencode import)")
  .option("--output <place>", "a file or a folder, or - for stdout (default: here, named after the title)")
  .option("--force", "write over what is there")
  .option("--quiet", "nothing on stderr but errors")
  .action(async (session, flags) => (await import("./commands/export.ts")).exportCommand(session, flags, terminal))

program
  .command("import <link>")
  .description("bring a shared session into OpenCode, to go on with; with its subagents' sessions")
  .summary("a shared session back into OpenCode")
  .addHelpText("after", "\nlink: of a share or a share server, an exported file or folder, or - for stdin.")
  .option("--force", "add what is missing to a session that is there already")
  .option("--token <token>", "for the server of this link (or OPENCODE_BUCKET_TOKEN, for OPENCODE_BUCKET_SERVER alone)")
  .option("--allow-private", "follow redirects into private networks")
  .option("--yes", "ask nothing")
  .option("--quiet", "nothing on stderr but errors")
  .action(async (link, flags) => (await import("./commands/import.ts")).importCommand(link, flags, terminal))

withDestination(program.command("unshare [share]"))
  .description("remove a share, every byte and version of it, and prove it")
  .summary("remove a share")
  .addHelpText("after", "\nshare: the link, the id in it, or the id of the session.")
  .option("--all", "every share that this machine remembers (with --to: at that place)")
  .option("--forget", "delete nothing: forget a share of which nothing is stored, such as at a place that is gone")
  .option("--yes", "ask nothing")
  .action(async (named, flags) => (await import("./commands/unshare.ts")).unshareCommand(named, flags, terminal))

withDestination(program.command("list"))
  .description("show what is shared, where, until when")
  .option("--bucket", "also what others have shared in the same bucket")
  .action(async (flags) => {
    const { isWhole, error } = await (await import("./commands/list.ts")).listCommand(flags, terminal)
    // Requests to a place that does not answer would keep the process for longer than the list waited.
    if (!isWhole) process.exit(error && explain(error))
  })

withDestination(program.command("prune"))
  .description("remove every share that is past its time, as unshare does; for cron")
  .summary("remove what has expired")
  .option("--bucket", "also what others have shared in the same bucket")
  .action(async (flags) => (await import("./commands/prune.ts")).pruneCommand(flags, terminal))

withDestination(program.command("doctor"))
  .description("tell what works, what does not and what to do: settings, credentials, the bucket, OpenCode")
  .summary("what works, what does not, what to do")
  .option("--lifecycle [form]", "print a lifecycle rule (json or xml) that has the bucket itself end all shares")
  .option("--expires <time>", "how long shares live, for the rule")
  .action(async (flags) => (await import("./commands/doctor.ts")).doctorCommand(flags, terminal))

withPlace(program.command("init"))
  .description("try a bucket out and write it into opencode.json; asks for it without --to")
  .summary("set up the bucket")
  .option("--project", "write into this project's opencode.json, for everyone who works on it")
  .action(async (flags) => (await import("./commands/init.ts")).initCommand(flags, terminal))

program
  .command("serve")
  .description(
    "the share server for a company: OpenCode's own /share, read by who signs in; settings in docs/server.md",
  )
  .summary("the share server")
  .option("--config <file>", "JSON file of settings; OPENCODE_BUCKET_… variables go before it")
  .option("--listen <address>", "address and port, such as 127.0.0.1:8080")
  .option("--public", "no sign-in: everybody who reaches the server reads, for an internal network")
  .action(async (flags) => {
    await (await import("./commands/serve.ts")).serveCommand(flags, terminal)
    // Requests to a bucket that does not answer would keep the process for longer than its limit.
    process.exit(0)
  })

const token = program.command("token").description("publish tokens of the share server, kept in its bucket")
withDestination(token.command("create <name>"))
  .description("make a token for a user or a team, and print it, once")
  .option("--owner <email>", "who sees and removes its shares in the browser")
  .action(async (name, flags) => (await import("./commands/token.ts")).tokenCreateCommand(name, flags, terminal))
withDestination(token.command("list"))
  .description("show all tokens by their names")
  .action(async (flags) => (await import("./commands/token.ts")).tokenListCommand(flags, terminal))
withDestination(token.command("rotate <name>"))
  .description("put a new token into the place of an old one, with its owner and shares, and print it, once")
  .action(async (name, flags) => (await import("./commands/token.ts")).tokenRotateCommand(name, flags, terminal))
withDestination(token.command("revoke <name>"))
  .description("make a token worthless; what was shared with it stays")
  .option("--unshare", "remove what was shared with it, also with an earlier token of this name")
  .action(async (name, flags) => (await import("./commands/token.ts")).tokenRevokeCommand(name, flags, terminal))

// A reader that stops reading (`| head`) is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))

try {
  await useProxies(process.env)
  await program.parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}

/** Says what happened in the person's words; returns the exit status. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ShareError) {
    process.stderr.write(`opencode-bucket: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`)
    return error.exitStatus
  }
  process.stderr.write(
    `opencode-bucket: something unexpected went wrong. Please report it with what follows.\n${(error as Error)?.stack ?? error}\n`,
  )
  return 1
}
