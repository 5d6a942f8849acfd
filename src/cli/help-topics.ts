import { readFileSync } from "node:fs"
import type { Command } from "commander"
import type { Terminal } from "../commands/terminal.ts"
import { ShareError } from "../errors.ts"
import { closest } from "../lib/closest.ts"

/** Topics of `opencode-bucket help`: a page of the documentation, or the section under a heading of it. */
export const TOPICS: Record<string, { page: string; section?: string; about: string }> = {
  sharing: { page: "sharing.md", about: "share, preview, expiry, signed links, unshare" },
  settings: { page: "settings.md", about: "settings, their order, disabling, proxies" },
  variables: { page: "settings.md", section: "Variables", about: "environment variables" },
  "exit-status": { page: "settings.md", section: "Exit status", about: "exit statuses" },
  json: { page: "json.md", about: "the output of --json" },
  shells: { page: "completion.md", about: "completion in bash, zsh, fish and PowerShell" },
  opencode: { page: "opencode.md", about: "the plugin, and settings for a team" },
  buckets: { page: "buckets/README.md", about: "permissions, policies, providers" },
  archive: { page: "archive.md", about: "export, import, many sessions at once" },
  server: { page: "server.md", about: "the share server" },
  security: { page: "security.md", about: "redaction and privacy" },
  troubleshooting: { page: "troubleshooting.md", about: "when something does not work" },
  performance: { page: "performance.md", about: "times and sizes" },
}

/**
 * `help [command…|topic]`: prints a command's help, or a topic. Throws `bad-usage` for an unknown one, with the nearest.
 */
export function printHelp(program: Command, words: string[], { stdout }: Terminal): void {
  const [topic = ""] = words
  let command = program
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word)
    if (next) command = next
    else if (command === program && words.length === 1 && Object.hasOwn(TOPICS, word))
      return void stdout.write(topicText(word))
    else throw unknownTopic(words, command)
  }
  command.outputHelp()
  if (topic === "") stdout.write(`\nTopics (opencode-bucket help <topic>): ${Object.keys(TOPICS).join(", ")}\n`)
}

function unknownTopic(words: string[], { commands }: Command): ShareError {
  const names = [...commands.map((each) => each.name()).filter((name) => !name.startsWith("_")), ...Object.keys(TOPICS)]
  const similar = closest(words.at(-1) ?? "", names)
  return new ShareError("bad-usage", `There is no command or topic "${words.join(" ")}".`, {
    hint: similar === undefined ? "See: opencode-bucket help" : `Did you mean ${similar}?`,
  })
}

/**
 * A page of the documentation as plain text: without comments and pictures. `docs` lies two folders above this file, in
 * the sources and in the bundle (`dist/chunks`).
 */
function topicText(topic: string): string {
  const { page, section } = TOPICS[topic]!
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8")
    .replace(/<!--(?:(?!-->)[\s\S])*-->\n?/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<\/?(?:picture|source|img|a)\b[^>]*>/g, "")
  if (section === undefined) return text
  const from = text.indexOf(`\n## ${section}\n`) + 1
  const end = text.indexOf("\n## ", from)
  return text.slice(from, end < 0 ? undefined : end + 1)
}
