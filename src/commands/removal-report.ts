import { asJsonError, ShareError } from "../errors.ts"
import { formatCount, groupThousands } from "../lib/format-count.ts"
import type { LedgerEntry } from "../share/ledger/ledger-entry.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import { type RemovalFailure, type RemovalSummary, withForgetHint } from "../share/remove-many.ts"
import type { Removal, RemovalProgress } from "../share/unshare.ts"
import { stillServedUrls } from "../share/verify-removed.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import { writeJson } from "./json.ts"
import { info, type Terminal } from "./terminal.ts"

/** Reports the results of removals. Throws at the end if any failed. */
export function reportRemovals(
  { removed, failed }: RemovalSummary,
  flags: { json?: boolean; quiet?: boolean },
  terminal: Terminal,
  { left = [], isNamed = false }: { left?: { id: string; url: string }[]; isNamed?: boolean } = {},
) {
  const shown = failed.map(({ error, ...share }) => ({ ...share, error: withForgetHint(error, share.id) }))
  const [first] = shown
  const all = removed.length + failed.length
  const isOne = isNamed && all === 1
  for (const removal of removed) info(terminal, flags.quiet, describeRemoval(removal))
  if (!isOne)
    for (const { url, error } of shown)
      terminal.stderr.write(`Not removed: ${url}\n  ${error.message}${error.hint ? ` ${error.hint}` : ""}\n`)
  const error = first && (isOne ? first.error : removalError(shown, all))
  if (flags.json)
    writeJson(terminal, {
      removed,
      failed: shown.map(asJson),
      ...(left.length > 0 && { left }),
      ...(error && { error: asJsonError(error) }),
    })
  if (error) throw error
}

function removalError(failed: RemovalFailure[], all: number): ShareError {
  const { code } = (failed.find(({ error }) => error.code === "left-behind") ?? failed[0]!).error
  return new ShareError(
    code,
    all === 1 ? "The share could not be removed." : `${failed.length} of ${all} shares could not be removed.`,
    { hint: "Fix the cause, then run the same command again to continue." },
  )
}

/** `served`: URLs of the share that still respond to anonymous requests. */
function asJson({ error, ...share }: RemovalFailure) {
  const { code, message, hint } = error
  const served = stillServedUrls(error)
  return { ...share, code, message, hint, ...(served.length > 0 && { seen: "kept", served }) }
}

/** Returns a function that shows the progress of a removal on the status line. */
export const showRemoval =
  (status: { show: (text: string) => void }, url: string) =>
  (progress: RemovalProgress): void =>
    status.show(
      "listed" in progress
        ? `Removing ${url}: ${formatCount(progress.listed, "object")} found…`
        : `Removing ${url}: ${groupThousands(progress.deleted)} of ${formatCount(progress.total, "object")} deleted…`,
    )

/** The link of a share in the ledger, or a description of it if its store cannot be opened. */
export async function linkOf(
  { id, url, destination }: LedgerEntry,
  open: (destination: Destination) => Promise<ObjectStore>,
): Promise<string> {
  if (url !== undefined) return url
  const store = await open(destination).catch(() => undefined)
  return store ? store.url(prefixOf(id) + INDEX) : `share ${id} in ${destination.to}`
}

/** Describes a removal in one or two sentences. */
export function describeRemoval({ url, deleted, proven, note }: Removal): string {
  const count = `${formatCount(deleted, "object")} deleted`
  const what =
    deleted === 0
      ? `Already removed: ${url}.`
      : proven
        ? `Removed and verified: ${url} (${count}).`
        : `Removed: ${url} (${count}).`
  return note ? `${what} ${note}` : what
}
