import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import type { ObjectStore } from "../../store/object-store.ts"
import { getJson, putJson, serverPrefixOf } from "../shares/json-objects.ts"

/** The exclusive right to publish a share while it is renewed. */
export interface Lease {
  /** The previous holder did not release it: the published objects may be incomplete. */
  wasAbandoned: boolean
  /** Whether no other instance has taken the lease since. */
  isMine(): Promise<boolean>
  release(): Promise<void>
}

interface LeaseRecord {
  nonce: string
  /** Unix time in milliseconds. */
  until: number
}

/** A lease expires this long after its last renewal. The clocks of all instances must agree better than this. */
const LEASE_TTL_MS = 15_000
const RENEW_INTERVAL_MS = 4_000
/** Wait before the lease is read back: a concurrent write of another instance may still be on its way. */
const SETTLE_MS = 60

/**
 * Takes the lease of a share; undefined while another instance holds it. Needs no conditional writes: the store only
 * has to return what was written last. If a slow write makes two instances believe that they hold it, `isMine` tells
 * them apart; nothing is lost, the share is only published again.
 */
export async function takeLease(
  store: ObjectStore,
  id: string,
  now: () => number = Date.now,
): Promise<Lease | undefined> {
  const key = `${serverPrefixOf(id)}lease.json`
  const nonce = randomBytes(12).toString("hex")
  const write = () => putJson(store, key, { nonce, until: now() + LEASE_TTL_MS } satisfies LeaseRecord)
  const isMine = async () => (await getJson<LeaseRecord>(store, key))?.nonce === nonce
  const before = await getJson<LeaseRecord>(store, key)
  if (before && before.until > now()) return undefined
  await write()
  await sleep(SETTLE_MS)
  if (!(await isMine())) return undefined
  let renewing: Promise<void> = Promise.resolve()
  const renew = async () => {
    if (await isMine()) await write()
  }
  const renewal = setInterval(() => {
    renewing = renew().catch(() => {})
  }, RENEW_INTERVAL_MS).unref()
  return {
    wasAbandoned: before !== undefined,
    isMine,
    async release() {
      clearInterval(renewal)
      // A renewal written after the deletion would look like the lease of an instance that was killed.
      await renewing
      if (!(await isMine())) return
      const entries = []
      for await (const entry of store.list(`${serverPrefixOf(id)}`)) if (entry.key === key) entries.push(entry)
      await store.delete(entries)
    },
  }
}
