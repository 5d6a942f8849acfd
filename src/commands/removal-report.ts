import { ShareError } from "../errors.ts"
import type { LedgerEntry } from "../share/ledger.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import { type RemovalFailure, type RemovalSummary, withForgetHint } from "../share/remove-many.ts"
import type { Removal } from "../share/unshare.ts"
import { stillServedUrls } from "../share/verify-removed.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { info, type Terminal } from "./terminal.ts"

/** Says what became of shares that were to be removed. Throws, after all is said, if some were not. */
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
  const more = left.length > 0 && { left }
  if (flags.json) terminal.stdout.write(`${JSON.stringify({ removed, failed: shown.map(asJson), ...more })}\n`)
  if (!first) return
  if (isOne) throw first.error
  const { code } = (shown.find(({ error }) => error.code === "left-behind") ?? first).error
  throw new ShareError(
    code,
    all === 1 ? "The share could not be removed." : `${failed.length} of ${all} shares could not be removed.`,
    { hint: "Run the same command again when the cause is gone: it goes on with what is left." },
  )
}

/** `served`: the addresses of the share at which strangers still get something. */
function asJson({ error, ...share }: RemovalFailure) {
  const { code, message, hint } = error
  const served = stillServedUrls(error)
  return { ...share, code, message, hint, ...(served.length > 0 && { seen: "kept", served }) }
}

/** The link of a share that the ledger knows; where its place cannot be opened, what to call it instead. */
export async function linkOf(
  { id, url, destination }: LedgerEntry,
  open: (destination: Destination) => Promise<ObjectStore>,
): Promise<string> {
  if (url !== undefined) return url
  const store = await open(destination).catch(() => undefined)
  return store ? store.url(prefixOf(id) + INDEX) : `share ${id} in ${destination.to}`
}

/** A removal in a sentence or two. */
export function describeRemoval({ url, deleted, proven, note }: Removal): string {
  const count = `${deleted} ${deleted === 1 ? "object" : "objects"} deleted`
  const what =
    deleted === 0
      ? `Nothing was there any more of ${url}.`
      : proven
        ? `Gone: ${url} (${count}).`
        : `Deleted: ${url} (${count}).`
  return note ? `${what} ${note}` : what
}

/** Opens each place once, with the credentials that are given now: they may be others than when it was shared. */
export function storeCache({ profile }: { profile?: string | undefined } = {}) {
  const opened = new Map<string, Promise<ObjectStore>>()
  return {
    open(destination: Destination): Promise<ObjectStore> {
      const place = profile === undefined ? destination : { ...destination, profile }
      const name = JSON.stringify(place)
      const store = opened.get(name) ?? openStore(place, { fromLedger: true })
      opened.set(name, store)
      return store
    },
    async close(): Promise<void> {
      for (const store of await Promise.allSettled(opened.values()))
        if (store.status === "fulfilled") store.value.close()
    },
  }
}
