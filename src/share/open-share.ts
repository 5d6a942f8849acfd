import { ShareError } from "../errors.ts"
import type { SessionInfo } from "../session/model.ts"
import type { Selection } from "../session/select.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"
import { isPast, type Lifetime, nextExpiry } from "./expiry.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { FORMAT, INDEX, type Manifest, prefixOf, readManifest, writeManifest } from "./manifest.ts"
import type { PublishOptions, StoredShare } from "./publish.ts"
import { removeShare } from "./unshare.ts"

export interface OpenShareOptions {
  store: ObjectStore
  /** The destination that `store` was opened from. The ledger stores it, so that the share can be found and removed later. */
  destination: Destination
  ledger: Ledger
  /** This package's version. */
  version: string
  now: () => Date
  newId: () => string
  /** The part of the session to share. The ledger stores it, so that no update shares more. Default: as last time. */
  selection?: Selection | undefined
  /** Time to live of the share. Default: as last time; for a new share, forever. */
  lifetime?: Lifetime | undefined
  /** Update the share with this id only; if it no longer exists, none is created. */
  existing?: string | undefined
  /** Further fields of the ledger entry of a new share. */
  newEntry?: Partial<LedgerEntry> | undefined
}

/** The share that a session is published to. */
export interface ShareTarget {
  entry: LedgerEntry
  stored: StoredShare & { manifestWritten: Promise<void> }
  /** Fields of the next version's manifest. */
  version: PublishOptions["version"]
}

/**
 * Finds or creates the share of a session. The id is in the ledger before the first request, and the manifest is the
 * first object stored.
 *
 * A removed link never works again. The session gets a new id if its share was removed from another machine, if its
 * removal was interrupted (it is finished first), or if it has expired and no new expiry is requested. It also gets a new
 * id if the ledger has lost the share: only the ledger records the selection, and no link may come to show more than
 * before. The older share stays; `list --bucket` and `unshare` find it by its manifest.
 *
 * Throws what the store throws, and `share-not-found` if `existing` is set and no longer exists. A new manifest may still
 * be uploading on return: await `manifestWritten`.
 */
export async function openShare(session: SessionInfo, options: OpenShareOptions): Promise<ShareTarget> {
  const { ledger, existing } = options
  if (existing !== undefined && !(await ledger.find(existing))) throw shareNotFound(existing)
  const claimed = await claimEntry(session, options)
  const entry = await startVersion(session, claimed, options)
  const { manifest, isNew } = claimed
  const written = manifest ? { manifest, manifestWritten: Promise.resolve() } : createManifest(entry, claimed, options)
  const isComplete = manifest?.state === "published" && claimed.entry.state === "published"
  const { title, expires } = entry
  return {
    entry,
    stored: { ...written, prefixState: isNew ? "empty" : isComplete ? "clean" : "dirty" },
    version: { title, generator: options.version, expires },
  }
}

/** A ledger entry, new or from the last version, and the manifest of that version. */
interface ClaimedEntry {
  entry: LedgerEntry
  isNew: boolean
  manifest: Manifest | undefined
}

/** Finds or creates the ledger entry. An entry whose link must not work again is removed first, with its share. */
async function claimEntry({ id: session, title }: SessionInfo, options: OpenShareOptions): Promise<ClaimedEntry> {
  const { store, destination, ledger, now, newId, existing, newEntry, lifetime } = options
  const claim = async (): Promise<ClaimedEntry> => {
    const updated = now().toISOString()
    const about = { id: newId(), session, title, destination, created: updated, updated }
    const claimed = await ledger.claim({ ...newEntry, ...about, state: "publishing", pid: process.pid })
    return { ...claimed, manifest: claimed.isNew ? undefined : await readManifest(store, claimed.entry.id) }
  }
  const claimed = await claim()
  const { entry, isNew, manifest } = claimed
  const wasShown = entry.state === "published" || entry.url !== undefined
  const isRemovedElsewhere = !isNew && wasShown && !manifest
  const isExpired = isPast(entry.expires, now()) && !lifetime?.explicit
  if (entry.state !== "removing" && !isExpired && !isRemovedElsewhere) return claimed
  const url = entry.url ?? store.url(prefixOf(entry.id) + INDEX)
  await removeShare({ id: entry.id, url, store, entry }, ledger)
  if (existing !== undefined) throw shareNotFound(existing)
  return claim()
}

/** Records in the ledger that a version is being published. Returns the entry. */
async function startVersion(
  { title, updated: changed }: SessionInfo,
  { entry }: ClaimedEntry,
  { destination, ledger, now, selection = {}, lifetime }: OpenShareOptions,
): Promise<LedgerEntry> {
  const { expires: _, expiryAsked: __, unsent: ___, ...rest } = entry
  const started: LedgerEntry = {
    ...rest,
    ...nextExpiry(entry, lifetime, changed, now()),
    title,
    destination,
    state: "publishing",
    pid: process.pid,
    updated: now().toISOString(),
    ...(Object.keys(selection).length > 0 && { selection }),
  }
  await ledger.save(started)
  return started
}

/** Starts to store the first manifest of a share. If that surely stores nothing, the ledger says so or forgets the share. */
function createManifest(
  entry: LedgerEntry,
  { isNew, entry: { unsent } }: ClaimedEntry,
  { store, destination, ledger, version }: OpenShareOptions,
): { manifest: Manifest; manifestWritten: Promise<void> } {
  const { id, session, title, created, updated, expires } = entry
  const manifest: Manifest = {
    format: FORMAT,
    id,
    session,
    title,
    state: "publishing",
    created,
    updated,
    ...(expires !== undefined && { expires }),
    generator: version,
    objects: {},
  }
  const manifestWritten = writeManifest(store, manifest).catch(async (error: unknown) => {
    if (isNew && surelyNothingStored(error, destination)) await ledger.drop(entry)
    else if ((isNew || unsent) && isUnsent(error)) await ledger.save({ ...entry, unsent: true }).catch(() => {})
    throw error
  })
  // Handled where `manifestWritten` is awaited; this only avoids an unhandled rejection.
  manifestWritten.catch(() => {})
  return { manifest, manifestWritten }
}

export const shareNotFound = (id: string) =>
  new ShareError("share-not-found", `Share ${id} no longer exists, so it was not updated.`, {
    hint: "Share the session again for a new link.",
  })

/** Whether no attempt of a request has reached the store: see `watchDelivery`. */
const isUnsent = (error: unknown): boolean =>
  error instanceof ShareError && (error.cause as { isUnsent?: boolean } | undefined)?.isUnsent === true

/** Whether the first request was refused, as opposed to a lost response: then nothing is stored and no entry is needed. */
function surelyNothingStored(error: unknown, { to }: Destination): boolean {
  if (!(error instanceof ShareError)) return false
  // A folder stores a file completely or fails at once.
  if (parseDestination(to).kind === "directory") return true
  // An earlier attempt may have arrived before the last one was refused.
  const { attempts = 1 } = (error.cause as { $metadata?: { attempts?: number } } | undefined)?.$metadata ?? {}
  const refusals = ["store-bucket-missing", "store-credentials", "store-denied", "store-clock"]
  return attempts === 1 && refusals.includes(error.code)
}
