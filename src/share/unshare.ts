import { ShareError } from "../errors.ts"
import { collect, type ObjectEntry, type ObjectStore } from "../store/object-store.ts"
import type { FoundShare } from "./find-share.ts"
import type { Ledger } from "./ledger.ts"
import { INDEX, MANIFEST, prefixOf } from "./manifest.ts"
import { type RemovalCheck, samplePaths, verifyRemoved } from "./verify-removed.ts"

export interface Removal extends RemovalCheck {
  id: string
  url: string
  /** Objects, versions and delete markers that were deleted; 0: nothing was there any more. */
  deleted: number
}

/** How often the prefix is listed and emptied again before what is left is called left behind. */
const MAX_ROUNDS = 5

/**
 * Deletes every byte of a share, all versions and delete markers included, and proves it: the prefix is listed until
 * it is empty, then objects of every kind that were in it are asked for as a stranger would.
 *
 * `index.html` goes first, so that nobody enters a share that is going away; the manifest goes last, so that what is
 * left of an interrupted removal still says what it is. Only what is proven gone is dropped from the ledger.
 * A process of this machine that is publishing the share is waited for; it sees that the share is to be removed, and
 * leaves nothing of it, too. The bucket is the record: where the ledger cannot be written, the share is removed all the
 * same, and a note says so.
 *
 * Throws what the store throws, `left-behind` when something is still listed or still served, and
 * `store-busy` when another process is at it for long. Nothing outside `s/<id>/` is touched.
 */
export async function unshare(found: FoundShare, ledger: Ledger, { onWait }: UnshareOptions = {}): Promise<Removal> {
  if (!found.entry) return removeShare(found, ledger)
  const unwritable = await markRemoving(found.id, ledger)
  if (!unwritable) return ledger.withLock(found.entry, () => removeShare(found, ledger), { onWait })
  const { entry: _, ...unknown } = found
  const removal = await removeShare(unknown, ledger)
  return { ...removal, note: [removal.note, unwritable.message].filter(Boolean).join(" ") }
}

export interface UnshareOptions {
  /** Called when another process, with this id, has been at the share for a moment. */
  onWait?: ((pid: number) => void) | undefined
}

/** As `unshare`, for who holds the share already. */
export async function removeShare({ store, id, url, entry }: FoundShare, ledger: Ledger): Promise<Removal> {
  if (entry) await markRemoving(id, ledger)
  // Names from before a removal that was not proven: nothing in the store tells them any more.
  const paths = new Set(entry && (await ledger.find(id))?.paths)
  const deleted = await emptyPrefix(store, id, async (listed) => {
    for (const path of listed) paths.add(path)
    if (entry) await markRemoving(id, ledger, samplePaths(paths))
  })
  const proof = await verifyRemoved(store, id, url, { paths, wasThere: deleted > 0 })
  if (entry) await ledger.drop(entry)
  return { id, url, deleted, ...proof }
}

/**
 * Notes that a share is to be removed, and what it was made of, unless it is forgotten or another one has taken its place.
 * Returns why it cannot be.
 */
async function markRemoving(id: string, ledger: Ledger, paths?: string[]): Promise<ShareError | undefined> {
  const entry = await ledger.find(id)
  if (!entry) return undefined
  try {
    await ledger.save({ ...entry, state: "removing", pid: process.pid, ...(paths && { paths }) })
  } catch (error) {
    if (error instanceof ShareError) return error
    throw error
  }
  return undefined
}

/**
 * Deletes all that lies below a share's prefix, and lists until nothing does. Returns how many entries that were. What may
 * not be deleted is hidden from readers, where the place keeps versions; elsewhere the manifest is left to say what it is.
 * Throws what the store throws, and `left-behind`.
 * @param onListed called before anything is deleted, with the paths below the prefix
 */
export async function emptyPrefix(
  store: ObjectStore,
  id: string,
  onListed?: (paths: Iterable<string>) => Promise<void>,
): Promise<number> {
  const prefix = prefixOf(id)
  let deleted = 0
  let left = await collect(store.list(prefix))
  for (let round = 0; left.length > 0 && round < MAX_ROUNDS; round++) {
    await onListed?.(left.map(({ key }) => key.slice(prefix.length)))
    await deleteInOrder(store, id, left)
    deleted += left.length
    left = await collect(store.list(prefix))
  }
  if (left.length > 0) throw stillListed(store, id, left)
  await store.remote?.checkListing(prefix)
  return deleted
}

/** Failures of single objects, which say nothing of the others. */
const SINGLE_OBJECT_ERRORS = ["store-denied", "store-failed", "left-behind"]

async function deleteInOrder(store: ObjectStore, id: string, entries: ObjectEntry[]): Promise<void> {
  const prefix = prefixOf(id)
  let failed: ShareError | undefined
  for (const batch of deletionBatches(entries, prefix)) {
    // Of what is left, the manifest still says what it is; where it can be hidden, nobody reads it either.
    if (failed && failed.code !== "left-behind" && batch.every(({ key }) => key === prefix + MANIFEST)) break
    try {
      await store.delete(batch)
    } catch (error) {
      if (!(error instanceof ShareError && SINGLE_OBJECT_ERRORS.includes(error.code))) throw error
      failed ??= error
    }
  }
  if (!failed) return
  throw (await hideVersions(store, id, failed).catch(() => undefined)) ?? failed
}

/** Hides the versions that could not be deleted behind delete markers. Gives the error that says so; undefined if there are none. */
async function hideVersions(store: ObjectStore, id: string, failed: ShareError): Promise<ShareError | undefined> {
  const prefix = prefixOf(id)
  const left = await collect(store.list(prefix))
  const hidden = new Set(left.flatMap(({ key, hides }) => (hides ? [key] : [])))
  const isSeen = ({ key, version = "null" }: ObjectEntry) => version !== "null" && !hidden.has(key)
  const seen = new Set(left.filter(isSeen).map(({ key }) => key))
  // `left-behind` is what is meant here: the content is still there.
  const told = await store.delete([...seen].map((key) => ({ key, size: 0 }))).catch((error: unknown) => error)
  const isHidden = seen.size === 0 ? hidden.size > 0 : told instanceof ShareError && told.code === "left-behind"
  if (!isHidden) return undefined
  return new ShareError(
    "left-behind",
    `Share ${id} is hidden from readers, but its content is still in ${store.name}: ${failed.message}`,
    { ...(failed.hint !== undefined && { hint: failed.hint }), cause: failed },
  )
}

function deletionBatches(entries: ObjectEntry[], prefix: string): ObjectEntry[][] {
  const first = entries.filter(({ key }) => key === prefix + INDEX)
  const last = entries.filter(({ key }) => key === prefix + MANIFEST)
  const rest = entries.filter(({ key }) => key !== prefix + INDEX && key !== prefix + MANIFEST)
  return [first, rest, last].filter((batch) => batch.length > 0)
}

function stillListed(store: ObjectStore, id: string, left: ObjectEntry[]): ShareError {
  const named = left.slice(0, 3).map(({ key }) => key)
  const more = left.length > named.length ? ` and ${left.length - named.length} more` : ""
  return new ShareError(
    "left-behind",
    `Share ${id} is not gone: ${store.name} still lists ${named.join(", ")}${more}.`,
    {
      hint: "Run the same command again; if it stays, somebody may be publishing it again, or the bucket may hold on to what is deleted.",
    },
  )
}
