import { type Command, Option } from "commander"
import { BUCKET_OPTIONS } from "../store/bucket-options.ts"

// Options that several commands share, each under its heading in the help.

export const withDestination = (command: Command): Command => {
  command
    .optionsGroup("Destination:")
    .option("--to <destination>", "s3://bucket[/folder], or a folder: ./shares, ~/shares, /srv/shares")
    .option("--endpoint <url>", "URL of the S3 service, such as https://minio.corp.example")
    .option("--region <name>", "region of the bucket")
    .option("--profile <name>", "profile in ~/.aws to read credentials from")
    .option("--public-url <url>", "public base URL of the bucket")
    .option("--path-style", "put the bucket name in the URL path (default with --endpoint)")
    .option("--no-path-style", "put the bucket name in the host name")
  for (const [name, { kind, value, help }] of Object.entries(BUCKET_OPTIONS)) {
    const flag = name.replace(/[A-Z]/g, "-$&").toLowerCase()
    command.addOption(new Option(value ? `--${flag} <${value}>` : `--${flag}`, help).helpGroup("Bucket:"))
    // For a setting of a file that one command is to ignore.
    if (kind === "boolean") command.addOption(new Option(`--no-${flag}`).hideHelp())
  }
  return command
}

export const withTrust = (command: Command): Command =>
  withDestination(command).option("--trust-project", "accept the destination set in the project's opencode.json")

export const withSelection = (command: Command): Command =>
  command
    .optionsGroup("Content:")
    .option(
      "--omit <kinds>",
      "leave out reasoning, tool-output, attachments (comma-separated); none: leave out nothing",
    )
    .option("--until <message>", "stop after this message: a prompt's number, a message id, a link to one; end: all")
    .option(
      "--redact <text>",
      "redact this word or /pattern/ as well; repeatable",
      (text: string, all: string[] = []) => [...all, text],
    )

export const withAll = (command: Command): Command =>
  command
    .optionsGroup("Several sessions:")
    .option("--all", "every session in OpenCode's database; resumes an interrupted run")
    .option("--since <time>", "with --all: only sessions updated within this time, such as 30d")
    .option("--project <folder>", "with --all: only sessions of this folder's project")

export const withOutput = (command: Command): Command =>
  command
    .optionsGroup("Output:")
    .option("--json", "print one JSON object on stdout, errors included")
    .option("--quiet", "print only errors on stderr")
