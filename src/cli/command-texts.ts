import type { Command } from "commander"

/** Texts about a command for the help, the man page and the completion. */
export interface CommandText {
  /** A few words, for the list of commands. */
  summary: string
  /** One or two sentences: what it does, for whom. */
  description: string
  /** Each line of arguments with what it does. */
  examples: readonly (readonly [args: string, about: string])[]
  /** Meaning of the command's argument. */
  argument?: string
  /** Topic of `opencode-bucket help` with more. */
  topic: string
}

const LINK = "https://shares.corp.example/s/V1StGXR8_Z5jdHi6B-myT/index.html"
const SESSION = "A session id, an export file, or - for stdin. Default: the newest session of this project."

/** By the command's name; subcommands with their parent's. */
export const commandTexts: Record<string, CommandText> = {
  "opencode-bucket": {
    summary: "share OpenCode sessions as static pages in your own bucket",
    description: "Share an OpenCode session as a static page in your own bucket, and remove it again.",
    examples: [
      ["init", "ask for a bucket, test it, write the settings"],
      ["share", "share the newest session of this project"],
      [`unshare ${LINK}`, "remove a share"],
    ],
    topic: "settings",
  },
  share: {
    summary: "share a session",
    description:
      "Share a session of OpenCode, or update its existing share. Redacts secrets, uploads the pages, checks the link and prints it.",
    examples: [
      ["share", "the newest session of this project"],
      ["share talk.json --to s3://team-shares --endpoint https://minio.corp.example", "an exported session, to MinIO"],
      ["share --omit tool-output --expires 7d", "less of it, for a week"],
    ],
    argument: SESSION,
    topic: "sharing",
  },
  preview: {
    summary: "see a share before it is uploaded",
    description:
      "Render what share would publish, with redactions marked, and open it on this machine. Uploads nothing.",
    examples: [
      ["preview", "the newest session of this project"],
      ["preview talk.json --omit reasoning --no-open", "print the link only"],
    ],
    argument: SESSION,
    topic: "security",
  },
  list: {
    summary: "list shares",
    description: "List your shares with their links, sizes and expiry dates.",
    examples: [
      ["list", "shares made from this machine"],
      ["list --bucket --json", "all shares in the bucket, for scripts"],
    ],
    topic: "sharing",
  },
  unshare: {
    summary: "remove a share",
    description: "Delete every object and version of a share, and verify from outside that it is gone.",
    examples: [
      [`unshare ${LINK}`, "by its link"],
      ["unshare ses_dfca812d1ffeUmfXkw9yeLz7G8", "wherever this session is shared"],
      ["unshare --all", "everything shared from this machine, after one question"],
    ],
    argument: "A link, a share id, or a session id.",
    topic: "sharing",
  },
  prune: {
    summary: "remove expired shares",
    description: "Remove every expired share, as unshare does. Suitable for cron.",
    examples: [
      ["prune", "at every destination used from this machine"],
      ["prune --bucket --to s3://team-shares", "everyone's, on any machine"],
    ],
    topic: "sharing",
  },
  export: {
    summary: "save a session as a file",
    description: "Save a session as one HTML file, a folder, Markdown or JSON, redacted like a share.",
    examples: [
      ["export", "one HTML file that opens in any browser"],
      ["export --format md --output -", "Markdown on stdout"],
      ["export --all --since 30d --output archive", "many sessions, with an index"],
    ],
    argument: SESSION,
    topic: "archive",
  },
  import: {
    summary: "import a share into OpenCode",
    description: "Import a shared session and its subagents' sessions into OpenCode, to continue it there.",
    examples: [
      [`import ${LINK}`, "a share"],
      ["import talk.json", "a file written by export --format json"],
    ],
    argument: "A link to a share, an exported file or folder, or - for stdin.",
    topic: "archive",
  },
  init: {
    summary: "set up a bucket",
    description: "Ask for a bucket, test it, and add it to opencode.json, for this command and for OpenCode's /share.",
    examples: [
      ["init", "answer a few questions"],
      ["init --to s3://team-shares --endpoint https://minio.corp.example", "without questions"],
      ["init --project", "for everyone who works on this project"],
    ],
    topic: "buckets",
  },
  doctor: {
    summary: "check the setup",
    description: "Check settings, credentials, the bucket and OpenCode, and say what to do about each failure.",
    examples: [
      ["doctor", "every check"],
      ["doctor --policy > policy.json", "the bucket policy for public links"],
      ["doctor --lifecycle --expires 30d", "a rule with which the bucket expires shares itself"],
    ],
    topic: "troubleshooting",
  },
  completion: {
    summary: "print a completion script",
    description: "Print a script that completes commands, flags, sessions and shares: bash, zsh, fish or powershell.",
    examples: [
      ["completion bash >> ~/.bashrc", "bash"],
      ["completion zsh >> ~/.zshrc", "zsh"],
      ["completion fish > ~/.config/fish/completions/opencode-bucket.fish", "fish"],
    ],
    argument: "bash, zsh, fish or powershell",
    topic: "shells",
  },
  help: {
    summary: "help on a command or topic",
    description: "Print the help of a command, or a page of the documentation.",
    examples: [
      ["help share", "a command"],
      ["help token create", "a subcommand"],
      ["help settings", "a topic"],
    ],
    argument: "A command, or a topic.",
    topic: "settings",
  },
  serve: {
    summary: "run the share server",
    description:
      "Run a share server for a company: OpenCode's own /share, in front of a private bucket, for readers who sign in.",
    examples: [
      ["serve --config server.json", "settings from a file"],
      ["serve --public", "without sign-in, on an internal network"],
    ],
    topic: "server",
  },
  token: {
    summary: "manage publish tokens of the share server",
    description:
      "Manage the publish tokens with which laptops publish to the share server. They are stored, hashed, in its bucket.",
    examples: [
      ["token create alice --owner alice@corp.example", "a token for a person"],
      ["token revoke ci --unshare", "with everything that was shared with it"],
    ],
    topic: "server",
  },
  "token create": {
    summary: "create a token",
    description: "Create a publish token for each person or team. They are printed once.",
    examples: [
      ["token create alice --owner alice@corp.example", "a token for a person"],
      ["token create offboarding --admin --owner it@corp.example", "a token for the admin API"],
    ],
    argument: "Names of the persons or teams.",
    topic: "server",
  },
  "token list": {
    summary: "list tokens",
    description: "List all tokens by name, including revoked ones that still have shares.",
    examples: [["token list", "names, owners and dates"]],
    topic: "server",
  },
  "token rotate": {
    summary: "replace a token",
    description: "Replace a token by a new one that keeps its owner and its shares. It is printed once.",
    examples: [["token rotate alice", "a new token for alice"]],
    argument: "Name of the token.",
    topic: "server",
  },
  "token revoke": {
    summary: "revoke a token",
    description: "Revoke a token. Its shares stay, unless --unshare is given.",
    examples: [
      ["token revoke alice", "keep the shares"],
      ["token revoke alice --unshare", "remove them"],
    ],
    argument: "Name of the token.",
    topic: "server",
  },
}

/** Name of a command with its parents, without the program's: `token create`. */
export function nameOf(command: Command): string {
  const parent = command.parent
  return !parent ? command.name() : parent.parent ? `${nameOf(parent)} ${command.name()}` : command.name()
}

/** Sets the texts of a command. */
export function describe(command: Command): Command {
  const text = commandTexts[nameOf(command)]
  return text ? command.summary(text.summary).description(text.description) : command
}
