import { ShareError } from "../errors.ts"
import { collect, type ObjectEntry, type ObjectStore } from "../store/object-store.ts"
import type { FoundShare } from "./find-share.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { INDEX, MANIFEST, prefixOf } from "./manifest.ts"
import { type RemovalCheck, samplePaths, verifyRemoved } from "./verify-removed.ts"

export interface Removal extends RemovalCheck {
  id: string
  url: string
  /** Objects, versions and delete markers that were deleted; 0: the share was already gone. */
  deleted: number
}

/** Times that the prefix is emptied and listed before the removal fails with `left-behind`. */
const MAX_ROUNDS = 5

/**
 * Deletes a share, including all versions and delete markers, and verifies it: lists the prefix until it is empty, then
 * requests a sample of its objects anonymously.
 *
 * Deletes `index.html` first, so that nobody enters a share that is being removed, and the manifest last, so that the
 * rest of an interrupted removal can be identified. Drops the ledger entry only after verification. Waits for a process of
 * this machine that is publishing the share; that process sees the removal and cleans up as well. The bucket is
 * authoritative: if the ledger cannot be written, the share is removed nevertheless, and a note says so.
 *
 * Throws what the store throws, `left-behind` if something is still listed or served, and `store-busy` if the lock times
 * out. Touches nothing outside `s/<id>/`.
 */
export async function unshare(found: FoundShare, ledger: Ledger, options: UnshareOptions = {}): Promise<Removal> {
  const { entry, ...unrecorded } = found
  if (!entry) return removeShare(unrecorded, ledger, options)
  // Before the lock: the process that holds it may be publishing the share.
  const { unwritable } = await markRemoving(found.id, ledger)
  if (!unwritable) return ledger.withLock(entry, () => removeShare(found, ledger, options), { onWait: options.onWait })
  const removal = await removeShare(unrecorded, ledger, options)
  return { ...removal, note: [removal.note, unwritable.message].filter(Boolean).join(" ") }
}

export interface UnshareOptions {
  /** Called while waiting for another process, with its id, that holds the lock of the share. */
  onWait?: ((pid: number) => void) | undefined
  onProgress?: ((progress: RemovalProgress) => void) | undefined
}

/** Progress of a removal, in objects, versions and delete markers. `listed`: what the listing has shown so far. */
export type RemovalProgress = { listed: number } | { deleted: number; total: number }

/** `unshare` without taking the lock. */
export async function removeShare(
  { store, id, url, entry }: FoundShare,
  ledger: Ledger,
  { onProgress }: UnshareOptions = {},
): Promise<Removal> {
  const marked = entry && (await markRemoving(id, ledger)).entry
  // Paths from an earlier removal that was not verified: the store no longer lists them.
  const paths = new Set(marked?.paths)
  const onListed = async (listed: Iterable<string>) => {
    const before = paths.size
    for (const path of listed) paths.add(path)
    if (marked && paths.size > before) await saveQuietly({ ...marked, paths: samplePaths(paths) }, ledger)
  }
  const deleted = await emptyPrefix(store, id, { onListed, onProgress })
  const proof = await verifyRemoved(store, id, url, { paths, wasThere: deleted > 0 })
  if (entry) await ledger.drop(entry)
  return { id, url, deleted, ...proof }
}

/**
 * Records in the ledger that this process is removing a share, unless it says so. Returns the entry, if there is one, and
 * the error if the ledger cannot be written.
 */
async function markRemoving(
  id: string,
  ledger: Ledger,
): Promise<{ entry?: LedgerEntry; unwritable?: ShareError | undefined }> {
  const entry = await ledger.find(id)
  if (!entry || (entry.state === "removing" && entry.pid === process.pid)) return entry ? { entry } : {}
  const marked: LedgerEntry = { ...entry, state: "removing", pid: process.pid }
  return { entry: marked, unwritable: await saveQuietly(marked, ledger) }
}

/** Saves an entry. Returns the error if the ledger cannot be written: the bucket is authoritative. */
async function saveQuietly(entry: LedgerEntry, ledger: Ledger): Promise<ShareError | undefined> {
  try {
    await ledger.save(entry)
    return undefined
  } catch (error) {
    if (error instanceof ShareError) return error
    throw error
  }
}

/**
 * Deletes everything below a share's prefix, and lists until it is empty. Returns the number of deleted entries. If the
 * store keeps versions, objects that may not be deleted are hidden from readers; else the manifest stays, so that the
 * rest can be identified. Throws what the store throws, and `left-behind`.
 */
export async function emptyPrefix(
  store: ObjectStore,
  id: string,
  { onListed, onProgress }: EmptyPrefixOptions = {},
): Promise<number> {
  const prefix = prefixOf(id)
  let deleted = 0
  let left = await listAll(store, prefix, onProgress)
  for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round++) {
    await onListed?.(left.map(({ key }) => key.slice(prefix.length)))
    const total = deleted + left.length
    const before = deleted
    await deleteInOrder(store, id, left, (done) => onProgress?.({ deleted: before + done, total }))
    deleted += left.length
    left = await collect(store.list(prefix))
  }
  if (left.length > 0) throw stillListed(store, id, left)
  await store.remote?.checkListing(prefix)
  return deleted
}

interface EmptyPrefixOptions extends Pick<UnshareOptions, "onProgress"> {
  /** Called with the paths below the prefix before anything is deleted. */
  onListed?: (paths: Iterable<string>) => Promise<void>
}

/** Entries of a listing between two reports of progress. */
const REPORT_INTERVAL_COUNT = 1_000

async function listAll(
  store: ObjectStore,
  prefix: string,
  onProgress: UnshareOptions["onProgress"],
): Promise<ObjectEntry[]> {
  const entries: ObjectEntry[] = []
  for await (const entry of store.list(prefix))
    if (entries.push(entry) % REPORT_INTERVAL_COUNT === 0) onProgress?.({ listed: entries.length })
  return entries
}

/** Errors of a single object, after which the others can still be deleted. */
const SINGLE_OBJECT_ERRORS = ["store-denied", "store-failed", "left-behind"]

async function deleteInOrder(
  store: ObjectStore,
  id: string,
  entries: ObjectEntry[],
  onDeleted: (count: number) => void,
): Promise<void> {
  let done = 0
  const prefix = prefixOf(id)
  let failed: ShareError | undefined
  for (const batch of deletionBatches(entries, prefix)) {
    // Keep the manifest to identify the rest; if versions can be hidden, it is hidden with them.
    if (failed && failed.code !== "left-behind" && batch.every(({ key }) => key === prefix + MANIFEST)) break
    try {
      await store.delete(batch)
    } catch (error) {
      if (!(error instanceof ShareError && SINGLE_OBJECT_ERRORS.includes(error.code))) throw error
      failed ??= error
    }
    done += batch.length
    onDeleted(done)
  }
  if (!failed) return
  throw (await hideVersions(store, id, failed).catch(() => undefined)) ?? failed
}

/** Hides versions that could not be deleted behind delete markers. Returns the error to report; undefined if there are none. */
async function hideVersions(store: ObjectStore, id: string, failed: ShareError): Promise<ShareError | undefined> {
  const prefix = prefixOf(id)
  const left = await collect(store.list(prefix))
  const hidden = new Set(left.flatMap(({ key, hides }) => (hides ? [key] : [])))
  const isSeen = ({ key, version = "null" }: ObjectEntry) => version !== "null" && !hidden.has(key)
  const seen = new Set(left.filter(isSeen).map(({ key }) => key))
  // `left-behind` is expected: the content still exists.
  const told = await store.delete([...seen].map((key) => ({ key, size: 0 }))).catch((error: unknown) => error)
  const isHidden = seen.size === 0 ? hidden.size > 0 : told instanceof ShareError && told.code === "left-behind"
  if (!isHidden) return undefined
  return new ShareError(
    "left-behind",
    `Share ${id} is hidden from readers, but its content is still in ${store.name}: ${failed.message}`,
    { ...(failed.hint !== undefined && { hint: failed.hint }), cause: failed },
  )
}

/** Entries that are deleted between two reports of progress: several requests of S3, which takes 1,000 at once. */
const BATCH_COUNT = 5_000

/** Batches of entries. All versions and markers of a key are in one: a marker is deleted after the content it hides. */
function partsOf(entries: readonly ObjectEntry[]): ObjectEntry[][] {
  if (entries.length <= BATCH_COUNT) return [[...entries]]
  const parts: ObjectEntry[][] = []
  let part: ObjectEntry[] = []
  for (const entry of entries.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))) {
    if (part.length >= BATCH_COUNT && part.at(-1)?.key !== entry.key) part = []
    if (part.length === 0) parts.push(part)
    part.push(entry)
  }
  return parts
}

function deletionBatches(entries: ObjectEntry[], prefix: string): ObjectEntry[][] {
  const first = entries.filter(({ key }) => key === prefix + INDEX)
  const last = entries.filter(({ key }) => key === prefix + MANIFEST)
  const rest = entries.filter(({ key }) => key !== prefix + INDEX && key !== prefix + MANIFEST)
  return [first, ...partsOf(rest), last].filter((batch) => batch.length > 0)
}

function stillListed(store: ObjectStore, id: string, left: ObjectEntry[]): ShareError {
  const named = left.slice(0, 3).map(({ key }) => key)
  const more = left.length > named.length ? ` and ${left.length - named.length} more` : ""
  return new ShareError(
    "left-behind",
    `Share ${id} was not fully deleted: ${store.name} still lists ${named.join(", ")}${more}.`,
    {
      hint: "Run the same command again; if it fails again, another machine may be publishing the share, or the bucket may retain deleted objects.",
    },
  )
}
