import { ShareError } from "../errors.ts"
import { mapConcurrently } from "../lib/concurrency.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import { isTimestamp } from "./expiry.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { INDEX, type Manifest, prefixOf, readManifest } from "./manifest.ts"
import { isShareId } from "./share-id.ts"
import { withTimeout } from "./with-timeout.ts"

/** One row of `list`. Times are ISO 8601, UTC. */
export interface ListedShare {
  id: string
  url: string
  session: string
  title: string
  /** The store: `s3://team-shares`, or a folder. */
  store: string
  /**
   * `shared`; `unfinished`: a share or its removal was interrupted, the same command finishes it; `gone`: removed from
   * another machine; `unknown`: the store did not respond; `unreadable`: its manifest is damaged or from a newer version.
   */
  state: "shared" | "unfinished" | "gone" | "unknown" | "unreadable"
  /** Why the state is `unknown` or `unreadable`. */
  reason?: string
  created: string
  updated: string
  /** When it expires or expired (it stays until it is pruned). Null: never. */
  expires: string | null
  /** When the latest presigned link expires, if there is one. */
  signed?: string
  /** Total size in bytes, before compression. */
  bytes: number
}

export interface ListOptions {
  ledger: Ledger
  open: (destination: Destination) => Promise<ObjectStore>
  /** Also list shares in this store that are not in the ledger: from other users or machines. */
  alsoIn?: ObjectStore
  /** After this long without a response, a store is not queried again. */
  timeoutMs?: number
  /** Called once for each destination in the ledger that does not respond or cannot be opened. */
  onUnanswered?: (place: string, error: ShareError) => void
  /** Called when `alsoIn` cannot be listed; if absent, the error is thrown. */
  onUnlisted?: (error: ShareError) => void
}

const LIST_TIMEOUT_MS = 5_000

/**
 * Lists shares, oldest first: those in the ledger, each checked at its store, then those of `alsoIn`. Stores are queried
 * in parallel, so a store that hangs costs one timeout. Never throws for a single share.
 */
export async function listShares(options: ListOptions): Promise<ListedShare[]> {
  const { ledger, alsoIn, timeoutMs = LIST_TIMEOUT_MS, onUnlisted } = options
  const entries = await ledger.all()
  const places = new Map<string, LedgerEntry[]>()
  for (const entry of entries) {
    const place = JSON.stringify(entry.destination)
    places.set(place, [...(places.get(place) ?? []), entry])
  }
  const [recorded, others] = await Promise.all([
    Promise.all([...places.values()].map((here) => listDestination(here, options))),
    alsoIn &&
      listUnknown(alsoIn, new Set(entries.map(({ id }) => id)), timeoutMs).catch((error: unknown) => {
        if (!onUnlisted || !(error instanceof ShareError)) throw error
        onUnlisted(error)
        return []
      }),
  ])
  return [...recorded.flat(), ...(others ?? [])].sort((a, b) => a.created.localeCompare(b.created))
}

/** Lists the shares at one destination. Stops querying a store that does not respond. */
async function listDestination(
  entries: readonly LedgerEntry[],
  { open, timeoutMs = LIST_TIMEOUT_MS, onUnanswered }: ListOptions,
): Promise<ListedShare[]> {
  const { destination } = entries[0]!
  let unusable: ShareError | undefined
  const give = (error: unknown): ShareError => {
    if (!(error instanceof ShareError)) throw error
    // A damaged manifest says nothing about its store.
    if (error.code !== "bad-input" && !unusable) {
      unusable = error
      onUnanswered?.(destination.to, error)
    }
    return error
  }
  const store = await withTimeout(open(destination), destination.to, timeoutMs).catch(
    (error: unknown) => void give(error),
  )
  return mapConcurrently(entries, MAX_CONCURRENT_READS, async (entry) => {
    const read = async () => unusable ?? (store && withTimeout(readManifest(store, entry.id), store.name, timeoutMs))
    return listed(entry, store, await read().catch(give))
  })
}

function listed(
  entry: LedgerEntry,
  store: ObjectStore | undefined,
  found: Manifest | ShareError | undefined,
): ListedShare {
  const { id, session, title, created, updated, destination } = entry
  const error = found instanceof ShareError ? found : undefined
  const manifest = found instanceof ShareError ? undefined : found
  const unfinished = entry.state !== "published" || (manifest && manifest.state !== "published")
  return {
    id,
    session,
    title,
    created,
    updated,
    url: entry.url ?? store?.url(prefixOf(id) + INDEX) ?? "",
    store: store?.name ?? destination.to,
    state: error ? unreadableState(error) : unfinished ? "unfinished" : manifest ? "shared" : "gone",
    ...(error && { reason: error.message }),
    expires: isTimestamp(entry.expires) ? entry.expires : null,
    ...(isTimestamp(entry.signed) && { signed: entry.signed }),
    bytes: manifest ? bytesOf(manifest) : 0,
  }
}

async function listUnknown(store: ObjectStore, recorded: Set<string>, timeoutMs: number): Promise<ListedShare[]> {
  const shares: ListedShare[] = []
  const ids = store.folders("s/")[Symbol.asyncIterator]()
  for (;;) {
    const { done, value: id } = await withTimeout(ids.next(), store.name, timeoutMs)
    if (done) break
    if (!isShareId(id) || recorded.has(id)) continue
    const manifest = await withTimeout(readManifest(store, id), store.name, timeoutMs).catch(unreadableState)
    const found = typeof manifest === "string" ? undefined : manifest
    const { session = "", title = "", created = "", updated = "" } = found ?? {}
    const state = typeof manifest === "string" ? manifest : found?.state === "published" ? "shared" : "unfinished"
    const url = store.url(prefixOf(id) + INDEX)
    const expires = isTimestamp(found?.expires) ? found.expires : null
    const bytes = found ? bytesOf(found) : 0
    shares.push({ id, url, session, title, store: store.name, state, created, updated, expires, bytes })
  }
  return shares
}

/** The state of a share whose manifest could not be read. */
const unreadableState = (error: unknown) =>
  error instanceof ShareError && error.code === "bad-input" ? ("unreadable" as const) : ("unknown" as const)

const bytesOf = ({ objects }: Manifest) => Object.values(objects).reduce((sum, { size }) => sum + size, 0)
