import { Command, CommanderError, Option } from "commander"
import { guardOutput } from "./commands/output.ts"
import { systemEnvironment } from "./config/paths.ts"
import { ShareError } from "./errors.ts"
import { useProxies } from "./lib/proxies.ts"
import { BUCKET_OPTIONS } from "./store/bucket-options.ts"
import { version } from "./version.ts"

const [stdout, stderr] = [guardOutput(process.stdout), guardOutput(process.stderr)]
const terminal = { ...systemEnvironment(), stdin: process.stdin, stdout, stderr }
// Node writes uncaught errors directly to the file descriptor, bypassing the guarded streams.
process.on("uncaughtException", (error) => process.exit(explain(error)))

const program = new Command("opencode-bucket")
  .description("Share an OpenCode session as a static page in your own bucket, and remove it again.")
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

Settings are read from the plugin's options in opencode.json, OPENCODE_BUCKET_… variables, and flags.
Exit status: 0 success, 1 unexpected error, 2 invalid usage or input, 3 sharing is disabled, 4 not found,
5 storage error, 6 an unshare left data behind.`,
  )

const withDestination = (command: Command) => {
  command
    .option("--to <destination>", "s3://bucket[/folder], or a local folder: ./shares, ~/shares, /srv/shares")
    .option("--endpoint <url>", "URL of the S3 service, such as https://minio.corp.example")
    .option("--region <name>", "region of the bucket")
    .option("--profile <name>", "profile in ~/.aws/config to read credentials from")
    .option("--public-url <url>", "public base URL of the bucket")
    .option("--path-style", "put the bucket name in the URL path (default with --endpoint)")
    .option("--no-path-style", "put the bucket name in the host name")
    .option("--quiet", "print only errors on stderr")
  for (const [name, { value, help }] of Object.entries(BUCKET_OPTIONS)) {
    const flag = `--${name.replace(/[A-Z]/g, "-$&").toLowerCase()}`
    command.addOption(new Option(value ? `${flag} <${value}>` : flag, help).helpGroup("Bucket options:"))
  }
  return command
}

const withOutput = (command: Command) =>
  withDestination(command)
    .option("--trust-project", "accept the destination set in the project's opencode.json")
    .option("--json", "print one JSON object on stdout")

const withSelection = (command: Command) =>
  command
    .option("--omit <kinds>", "omit reasoning, tool-output, attachments (comma-separated)")
    .option("--until <message>", "stop after this message: its id, a link to it, or a prompt number")

const withAll = (command: Command) =>
  command
    .option("--all", "every session in OpenCode's database; resumes an interrupted run")
    .option("--since <time>", "with --all: only sessions updated within this time, such as 30d")
    .option("--project <folder>", "with --all: only sessions of this folder's project")

withAll(withSelection(withOutput(program.command("share [session]"))))
  .description("share a session, or update its existing share; prints the link")
  .summary("share a session")
  .addHelpText(
    "after",
    "\nsession: a session id, an export file, or - for stdin. Default: the newest session of this project.",
  )
  .option("--expires <time>", "when the share expires: 12h, 7d, 8w from now, or never")
  .option(
    "--signed <time>",
    "upload one page to a private bucket and print a presigned link valid for this long: 24h, at most 7d",
  )
  .option("--yes", "do not ask for confirmation")
  .option("--accept-retention", "share even though object lock prevents deletion for a time")
  .option("--open", "open the link in the browser")
  .action(async (session, flags) =>
    flags.all
      ? (await import("./commands/share-all.ts")).shareAll(flags, terminal)
      : (await import("./commands/share.ts")).shareCommand(session, flags, terminal),
  )

withSelection(program.command("preview [session]"))
  .description("render what share would publish, with redactions marked, and open it locally")
  .summary("preview a share locally")
  .option("--open", "open it in the browser (default on a terminal)")
  .option("--no-open", "only print the link")
  .option("--quiet", "print only errors on stderr")
  .action(async (session, flags) => (await import("./commands/preview.ts")).previewCommand(session, flags, terminal))

withAll(withSelection(program.command("export [session]")))
  .description("save a session as one HTML file, a folder, Markdown or JSON; redacted like a share")
  .summary("save a session as a file")
  .option("--format <format>", "html (one file, the default), folder, md, json (for opencode import)")
  .option("--output <place>", "a file, a folder, or - for stdout (default: the current folder, named after the title)")
  .option("--force", "overwrite existing files")
  .option("--quiet", "print only errors on stderr")
  .action(async (session, flags) =>
    flags.all
      ? (await import("./commands/export-all.ts")).exportAll(flags, terminal)
      : (await import("./commands/export.ts")).exportCommand(session, flags, terminal),
  )

program
  .command("import <link>")
  .description("import a shared session and its subagents' sessions into OpenCode, to continue it")
  .summary("import a shared session into OpenCode")
  .addHelpText("after", "\nlink: a link to a share, an exported file or folder, or - for stdin.")
  .option("--force", "add missing messages to a session that already exists")
  .option(
    "--token <token>",
    "token for the server of this link (or OPENCODE_BUCKET_TOKEN, sent only to OPENCODE_BUCKET_SERVER)",
  )
  .option("--allow-private", "follow redirects into private networks")
  .option("--yes", "do not ask for confirmation")
  .option("--quiet", "print only errors on stderr")
  .action(async (link, flags) => (await import("./commands/import.ts")).importCommand(link, flags, terminal))

withOutput(program.command("unshare [share]"))
  .description("delete every object and version of a share, and verify that it is gone")
  .summary("remove a share")
  .addHelpText("after", "\nshare: a link, a share id, or a session id.")
  .option("--all", "every share recorded on this machine (with --to: only at that destination)")
  .option(
    "--forget",
    "delete nothing; drop the record of a share that is no longer stored, such as in a deleted bucket",
  )
  .option("--yes", "do not ask for confirmation")
  .action(async (named, flags) => {
    if (flags.forget) return (await import("./commands/forget.ts")).forgetCommand(named, flags, terminal)
    if (flags.all) return (await import("./commands/unshare-all.ts")).unshareAll(named, flags, terminal)
    return (await import("./commands/unshare.ts")).unshareCommand(named, flags, terminal)
  })

withOutput(program.command("list"))
  .description("list shares with their location and expiry")
  .option("--bucket", "include shares by others in the same bucket")
  .action(async (flags) => {
    const { isWhole, error } = await (await import("./commands/list.ts")).listCommand(flags, terminal)
    // Pending requests to an unresponsive destination would keep the process alive past the list's timeout.
    if (!isWhole) process.exit(error && explain(error))
  })

withOutput(program.command("prune"))
  .description("remove every expired share, as unshare does; suitable for cron")
  .summary("remove expired shares")
  .option("--bucket", "include shares by others in the same bucket")
  .action(async (flags) => (await import("./commands/prune.ts")).pruneCommand(flags, terminal))

withOutput(program.command("doctor"))
  .description("check settings, credentials, the bucket and OpenCode, and suggest fixes")
  .summary("check the setup")
  .option("--lifecycle [form]", "print a lifecycle rule (json or xml) that makes the bucket expire all shares")
  .option("--expires <time>", "lifetime of shares for the rule, such as 30d")
  .action(async (flags) => (await import("./commands/doctor.ts")).doctorCommand(flags, terminal))

withDestination(program.command("init"))
  .description("test a bucket and add it to opencode.json; prompts for the bucket unless --to is given")
  .summary("set up the bucket")
  .option("--project", "write to this project's opencode.json, for everyone who works on it")
  .action(async (flags) => (await import("./commands/init.ts")).initCommand(flags, terminal))

program
  .command("serve")
  .description(
    "run a share server for a company: serves OpenCode's /share to signed-in readers; settings in docs/server.md",
  )
  .summary("run the share server")
  .option("--config <file>", "JSON settings file; OPENCODE_BUCKET_… variables take precedence")
  .option("--listen <address>", "address and port to listen on, such as 127.0.0.1:8080")
  .option("--public", "no sign-in: anyone who can reach the server can read; for an internal network")
  .action(async (flags) => {
    await (await import("./commands/serve.ts")).serveCommand(flags, terminal)
    // Pending requests to an unresponsive bucket would keep the process alive past the shutdown limit.
    process.exit(0)
  })

const token = program.command("token").description("manage the share server's publish tokens, stored in its bucket")
withOutput(token.command("create <name...>"))
  .description("create a token for each user or team; printed only once")
  .option(
    "--owner <email>",
    "who can list and remove its shares in the browser (default: the name, if it is an address)",
  )
  .action(async (names, flags) => (await import("./commands/token.ts")).tokenCreateCommand(names, flags, terminal))
withOutput(token.command("list"))
  .description("list all tokens by name")
  .action(async (flags) => (await import("./commands/token.ts")).tokenListCommand(flags, terminal))
withOutput(token.command("rotate <name>"))
  .description("replace a token, keeping its owner and shares; the new one is printed only once")
  .action(async (name, flags) => (await import("./commands/token.ts")).tokenRotateCommand(name, flags, terminal))
withOutput(token.command("revoke <name>"))
  .description("revoke a token; its shares stay")
  .option("--unshare", "also remove its shares, including those of earlier tokens with this name")
  .action(async (name, flags) => (await import("./commands/token.ts")).tokenRevokeCommand(name, flags, terminal))

// A closed pipe (`| head`) is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1))

try {
  await useProxies(process.env)
  await program.parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}

/** Prints the error and its hint on stderr. Returns the exit status. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (error instanceof ShareError) {
    process.stderr.write(`opencode-bucket: ${error.message}\n${error.hint ? `  ${error.hint}\n` : ""}`)
    return error.exitStatus
  }
  process.stderr.write(
    `opencode-bucket: unexpected error. Please report it with the following details.\n${(error as Error)?.stack ?? error}\n`,
  )
  return 1
}
