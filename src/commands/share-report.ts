import { formatCount } from "../lib/format-count.ts"
import { formatTime } from "../lib/format-time.ts"
import { prune } from "../share/prune.ts"
import type { ShareResult } from "../share/share.ts"
import { copyToClipboard } from "./clipboard.ts"
import { writeJson } from "./json.ts"
import { openLink } from "./open-link.ts"
import { readPolicy } from "./read-policy.ts"
import { describeRemoval } from "./removal-report.ts"
import type { ShareFlags, ShareRequest } from "./share-request.ts"
import { describeSignedLink } from "./signed.ts"
import { formatBytes, info, ownCommand, redactedLine, type Terminal } from "./terminal.ts"

/**
 * Prints the link on stdout, or the result as JSON. On stderr what was done before it and, after it, in one line each:
 * the clipboard, who can open the link, and how to take it back.
 */
export async function reportShare(
  result: ShareResult,
  request: ShareRequest,
  flags: ShareFlags,
  terminal: Terminal,
): Promise<void> {
  const tell = (line: string | false | undefined) => line && info(terminal, flags.quiet, line)
  tell(uploadLine(result, request))
  tell(
    result.upgradedFrom !== undefined &&
      "The share has the layout of this version now: update opencode-bucket on other machines before they share it again.",
  )
  tell(result.redacted > 0 && `${redactedLine(result.found)} Each is marked on the page.`)
  if (flags.json) writeJson(terminal, { ...result, store: request.settings.destination.to })
  else terminal.stdout.write(`${result.url}\n`)
  if (terminal.stdout.isTTY && !flags.json) tell(await copyToClipboard(result.url, terminal))
  const command = ownCommand(terminal)
  const isLocal = result.seen === "local" && request.settings.isDefault
  tell(`${audienceLine(result)}${isLocal ? ` To share with others, set up a bucket: ${command} init` : ""}`)
  tell(policyLine(result, request, flags, command))
  tell(!isLocal && `To take it back: ${command} unshare ${result.session}`)
  if (flags.open) await openLink(result.url, flags.quiet, terminal)
}

function uploadLine({ sent, objects, bytes, removed }: ShareResult, { store }: ShareRequest): string {
  const counts = [
    `${sent} of ${formatCount(objects, "object")} uploaded (${formatBytes(bytes)})`,
    removed && `${removed} removed`,
  ]
  return `${store.name}: ${sent === 0 ? "no changes" : counts.filter(Boolean).join(", ")}.`
}

/** Names the readers of the link and its expiry. */
function audienceLine({ seen, public: isPublic, note, signed, expires }: ShareResult): string {
  const who =
    signed && isPublic !== true
      ? [describeSignedLink(signed), note].filter(Boolean).join(" ")
      : seen === "page"
        ? ["Anyone with the link can open it.", note].filter(Boolean).join(" ")
        : (note ?? "Who can open the link could not be checked.")
  return expires === null ? who : `${who} It expires ${formatTime(expires)}.`
}

/** How to make links public, with the first share at a bucket that refuses strangers. */
function policyLine(
  { seen, signed, sent, objects }: ShareResult,
  { settings: { destination } }: ShareRequest,
  { to }: ShareFlags,
  command: string,
): string | undefined {
  if (signed || seen !== "refused" || sent < objects || !readPolicy(destination)) return undefined
  const place = to === undefined ? "" : ` --to ${to}`
  return `To make links public, set the bucket policy that this prints: ${command} doctor --policy${place}`
}

/** Prunes expired shares at the destination. The link is already published: failures are left to the next run. */
export async function pruneAfterShare(
  { store, ledger, settings }: ShareRequest,
  quiet: boolean | undefined,
  terminal: Terminal,
): Promise<void> {
  const now = () => new Date()
  const patience = { timeoutMs: 0 }
  const only = settings.destination
  const past = await prune({ ledger, open: async () => store, now, only, patience }).catch(() => undefined)
  for (const removal of past?.removed ?? []) info(terminal, quiet, `Expired. ${describeRemoval(removal)}`)
}
