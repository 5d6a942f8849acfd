import { randomBytes } from "node:crypto"
import type { HeldLock } from "../../share/lock.ts"
import type { ObjectEntry, ObjectStore } from "../../store/object-store.ts"
import { getJson, putJson, serverPrefixOf } from "../shares/json-objects.ts"

/** The lock of a share in the bucket: the exclusive right of one instance to publish it while it renews the lease. */
export interface Lease extends HeldLock {
  /** Whether the lease has not expired. Asks nobody: no other instance acquires a lease that has not expired. */
  isValid(): boolean
  /** Deletes objects together with the lease, in one request. Returns false, and deletes nothing, if the lease was lost. */
  finish(entries: readonly ObjectEntry[]): Promise<boolean>
}

interface LeaseRecord {
  nonce: string
  /** Unix time in milliseconds. */
  until: number
}

/** A lease expires this long after its last renewal. The clocks of all instances must agree better than this. */
const LEASE_TTL_MS = 15_000
const RENEW_INTERVAL_MS = 4_000

export const leaseKeyOf = (id: string): string => `${serverPrefixOf(id)}lease.json`

export interface LeaseOptions {
  /** Whether a lease is listed. */
  isListed: boolean
  /** Deletes the lease, with all its versions. */
  remove: (entries: readonly ObjectEntry[]) => Promise<void>
  now?: () => number
}

/**
 * Acquires the lease of a share; undefined while another instance holds it. Needs no conditional writes: the store only
 * has to return what was written last. If two instances write at the same time, the last one has the lease; the other one
 * learns that from `isHeld`, or at the latest from `finish`, and publishes again.
 */
export async function acquireLease(
  store: ObjectStore,
  id: string,
  { isListed, remove, now = Date.now }: LeaseOptions,
): Promise<Lease | undefined> {
  const key = leaseKeyOf(id)
  const before = isListed ? await getJson<LeaseRecord>(store, key) : undefined
  if (before && before.until > now()) return undefined
  const nonce = randomBytes(12).toString("hex")
  let until = 0
  const write = async () => {
    const next = now() + LEASE_TTL_MS
    await putJson(store, key, { nonce, until: next } satisfies LeaseRecord)
    until = next
  }
  const isHeld = async () => (await getJson<LeaseRecord>(store, key))?.nonce === nonce
  await write()
  const stopRenewing = renewRegularly(async () => {
    if (await isHeld()) await write()
    else until = 0
  })
  const finish = async (entries: readonly ObjectEntry[]) => {
    // A renewal that is written after the deletion would look like the lease of an instance that was killed.
    await stopRenewing()
    if (!(await isHeld())) return false
    until = 0
    await remove([{ key, size: 0 }, ...entries])
    return true
  }
  return {
    wasAbandoned: before !== undefined,
    isValid: () => until > now(),
    isHeld,
    finish,
    release: () =>
      finish([]).then(
        () => {},
        () => {},
      ),
  }
}

/** Returns a function that stops it, and resolves once a renewal that is under way has ended. */
function renewRegularly(renew: () => Promise<void>): () => Promise<void> {
  let renewing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => {
    renewing = renew().catch(() => {})
  }, RENEW_INTERVAL_MS).unref()
  return () => {
    clearInterval(timer)
    return renewing
  }
}
