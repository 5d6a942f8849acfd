import { ShareError } from "../errors.ts"
import type { SessionInfo } from "../session/model.ts"
import type { Selection } from "../session/select.ts"
import { collect, type ObjectStore } from "../store/object-store.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"
import { isPast, type Lifetime, nextExpiry } from "./expiry.ts"
import type { Ledger, LedgerEntry } from "./ledger.ts"
import {
  FORMAT,
  INDEX,
  MANIFEST,
  type Manifest,
  type ManifestObject,
  prefixOf,
  readManifest,
  writeManifest,
} from "./manifest.ts"
import { removeShare } from "./unshare.ts"

export interface OpenShareOptions {
  store: ObjectStore
  /** What `store` was opened from: the ledger keeps it, so that the share can be found and removed later. */
  destination: Destination
  ledger: Ledger
  /** This package's version. */
  version: string
  now: () => Date
  newId: () => string
  /** What of the session is shared: the ledger keeps it, so that no later update shares more. As last time, unless given. */
  selection?: Selection | undefined
  /** How long the share is to live. As last time, unless given; the first time for ever. */
  lifetime?: Lifetime | undefined
  /** The id of a share that is to be brought up to date: none is made if it is not there any more. */
  existing?: string | undefined
  /** What OpenCode is given for a share that it asks for, and has to show to remove it; one that is known already stays. */
  secret?: string | undefined
}

/** Where a session is shared, and what of it is there already. */
export interface ShareTarget {
  entry: LedgerEntry
  manifest: Manifest
  /** The manifest as it is in the store. */
  found: Manifest
  /** The objects that are surely there as the manifest says. */
  known: Record<string, ManifestObject>
  /** When the manifest is there, before which nothing else may be. Rejects with what the store throws. */
  manifestWritten: Promise<void>
  /** What may lie under the prefix: nothing yet, what the manifest lists, or anything (a run was cut short). */
  prefixState: "nothing" | "known" | "anything"
}

/**
 * Finds or makes a session's place: the ledger knows the id before the first request, and the manifest comes first.
 * A link that was taken back does not come to life again: where the share was removed from elsewhere, or its removal
 * was cut short (it is finished then), or where its time is past and no other is asked for, the session gets a new id.
 * So it does where the ledger has lost the share: the ledger alone knows what was to be left out of it, and no link may
 * come to show more than it did because that was forgotten. The older share stays; by the bucket's manifests it is
 * found for `list --bucket` and `unshare`.
 * Throws what the store throws, and `share-not-found` if only an existing share was asked for. A new manifest may still be on
 * its way then: `begun`.
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
  const whole = manifest?.state === "published" && entry.state === "published"
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
    // Told by who waits for it.
    manifestWritten.catch(() => {})
  }
  return {
    entry,
    manifestWritten,
    manifest: { ...withoutExpiry(found), title, ...expires, generator: version },
    found,
    known: whole ? found.objects : {},
    prefixState: isNew ? "nothing" : whole ? "known" : "anything",
  }
}

const withoutExpiry = ({ expires: _, ...rest }: Manifest): Manifest => rest

export const shareNotFound = (id: string) =>
  new ShareError("share-not-found", `Share ${id} is not there any more, so it was not brought up to date.`, {
    hint: "Share the session again for a new link.",
  })

/** Whether no attempt of a request has reached the store: see `watchContact`. */
const isUnsent = (error: unknown): boolean =>
  error instanceof ShareError && (error.cause as { isUnsent?: boolean } | undefined)?.isUnsent === true

/** A refusal of the first request, unlike an answer that was lost: nothing is there that the ledger would have to know. */
function surelyNothingStored(error: unknown, { to }: Destination): boolean {
  if (!(error instanceof ShareError)) return false
  // A folder takes a file whole or not at all, and says so at once.
  if (parseDestination(to).kind === "directory") return true
  // What was tried more than once may have arrived before it was refused.
  const { attempts = 1 } = (error.cause as { $metadata?: { attempts?: number } } | undefined)?.$metadata ?? {}
  const refusals = ["store-bucket-missing", "store-credentials", "store-denied", "store-clock"]
  return attempts === 1 && refusals.includes(error.code)
}

/**
 * Removes what lies in a place and does not belong to the share any more; lists only if there can be any.
 * Returns how many objects that were. Throws what the store throws.
 */
export async function removeStaleObjects(
  place: ShareTarget,
  objects: Record<string, ManifestObject>,
  store: ObjectStore,
): Promise<number> {
  const belongs = (path: string) => path === MANIFEST || Object.hasOwn(objects, path)
  if (place.prefixState === "nothing") return 0
  if (place.prefixState === "known" && Object.keys(place.known).every(belongs)) return 0
  const prefix = prefixOf(place.entry.id)
  const stale = (await collect(store.list(prefix))).filter(({ key }) => !belongs(key.slice(prefix.length)))
  await store.delete(stale)
  return new Set(stale.map(({ key }) => key)).size
}
