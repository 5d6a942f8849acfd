import { formatTime } from "../lib/format-time.ts"
import { prune } from "../share/prune.ts"
import type { ShareResult } from "../share/share.ts"
import { copyToClipboard } from "./clipboard.ts"
import { writeJson } from "./json.ts"
import { readPolicy } from "./read-policy.ts"
import { describeRemoval } from "./removal-report.ts"
import type { ShareFlags, ShareRequest } from "./share-request.ts"
import { describeSignedLink } from "./signed.ts"
import { formatBytes, info, redactedLine, type Terminal } from "./terminal.ts"

/** Prints what was shared on stderr, and the link, or the result as JSON, on stdout. */
export async function reportShare(
  result: ShareResult,
  request: ShareRequest,
  flags: ShareFlags,
  terminal: Terminal,
): Promise<void> {
  for (const line of detailsOf(result, request, flags)) info(terminal, flags.quiet, line)
  if (flags.json) writeJson(terminal, { ...result, store: request.settings.destination.to })
  else terminal.stdout.write(`${result.url}\n`)
  if (terminal.stdout.isTTY && !flags.json && (await copyToClipboard(result.url, terminal)))
    info(terminal, flags.quiet, "Copied to the clipboard.")
  if (flags.open) await (await import("open")).default(result.url)
}

function detailsOf(
  result: ShareResult,
  { store, settings: { destination, isDefault } }: ShareRequest,
  { to }: ShareFlags,
): string[] {
  const { sent, objects, bytes, removed, expires, signed, note, seen } = result
  const counts = [`${sent} of ${objects} objects uploaded (${formatBytes(bytes)})`, removed && `${removed} removed`]
  const isAllNew = sent === objects
  const policy = !signed && seen === "refused" && isAllNew ? readPolicy(destination) : undefined
  const lines = [
    `${store.name}: ${sent === 0 ? "no changes" : counts.filter(Boolean).join(", ")}.`,
    result.redacted > 0 && redactedLine(result.found),
    expires && `It expires ${formatTime(expires)}.`,
    signed && result.public !== true && describeSignedLink(signed),
    note,
    policy &&
      `To make links public, set the bucket policy that this prints: opencode-bucket doctor --policy${to === undefined ? "" : ` --to ${to}`}`,
    isDefault && "To share with others, set up a bucket: opencode-bucket init",
  ]
  return lines.filter((line) => typeof line === "string" && line !== "") as string[]
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
