import { ShareError } from "../errors.ts"
import type { SessionInfo } from "../session/model.ts"
import type { Selection } from "../session/select.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"
import { isPast, type Lifetime, nextExpiry } from "./expiry.ts"
import type { Ledger, LedgerEntry } from "./ledger.ts"
import { FORMAT, INDEX, prefixOf, readManifest, writeManifest } from "./manifest.ts"
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
  /** The secret that OpenCode must present to remove the share; an existing share keeps its secret. */
  secret?: string | undefined
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
export async function openShare(
  { id: session, title, updated: changed }: SessionInfo,
  options: OpenShareOptions,
): Promise<ShareTarget> {
  const { store, destination, ledger, version, now, newId, existing, secret, selection, lifetime } = options
  const updated = now().toISOString()
  const state = "publishing"
  const { pid } = process
  const asked = secret === undefined ? {} : { secret, unconfirmed: true }
  const claim = () =>
    ledger.claim({ id: newId(), session, title, destination, state, pid, ...asked, created: updated, updated })

  if (existing !== undefined && !(await ledger.find(existing))) throw shareNotFound(existing)
  let { entry, isNew } = await claim()
  let manifest = isNew ? undefined : await readManifest(store, entry.id)
  const wasShown = entry.state === "published" || entry.url !== undefined
  const isOver = isPast(entry.expires, now()) && !lifetime?.explicit
  if (entry.state === "removing" || isOver || (!isNew && wasShown && !manifest)) {
    const url = entry.url ?? store.url(prefixOf(entry.id) + INDEX)
    await removeShare({ id: entry.id, url, store, entry }, ledger)
    if (existing !== undefined) throw shareNotFound(existing)
    ;({ entry, isNew } = await claim())
    manifest = undefined
  }
  const isComplete = manifest?.state === "published" && entry.state === "published"
  const { expires: _, expiryAsked: __, unsent, ...timeless } = entry
  const expiry = nextExpiry(entry, lifetime, changed, now())
  const expires = expiry.expires === undefined ? {} : { expires: expiry.expires }
  entry = { ...(secret !== undefined && { secret }), ...timeless, ...expiry, title, destination, state, pid, updated }
  if (selection && Object.keys(selection).length > 0) entry = { ...entry, selection }
  await ledger.save(entry)

  let found = manifest
  let manifestWritten = Promise.resolve()
  if (!found) {
    const { id, created } = entry
    found = { format: FORMAT, id, session, title, state, created, updated, ...expires, generator: version, objects: {} }
    manifestWritten = writeManifest(store, found).catch(async (error: unknown) => {
      if (isNew && surelyNothingStored(error, destination)) await ledger.drop(entry)
      else if ((isNew || unsent) && isUnsent(error)) await ledger.save({ ...entry, unsent: true }).catch(() => {})
      throw error
    })
    // Handled where `manifestWritten` is awaited; this only avoids an unhandled rejection.
    manifestWritten.catch(() => {})
  }
  const prefixState = isNew ? "empty" : isComplete ? "clean" : "dirty"
  return {
    entry,
    stored: { manifest: found, manifestWritten, prefixState },
    version: { title, generator: version, ...expires },
  }
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
