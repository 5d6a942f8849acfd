import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { prefixOf } from "../share/manifest.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { getJson, putJson, SERVER_FOLDER } from "./batches.ts"

/** The right to publish a share, for as long as it is renewed. */
export interface Lease {
  /** Whoever had it before did not give it back: what is published may be half of something. */
  wasAbandoned: boolean
  /** Whether nobody else has taken it meanwhile. */
  isMine(): Promise<boolean>
  release(): Promise<void>
}

interface LeaseRecord {
  nonce: string
  /** Milliseconds since 1970. */
  until: number
}

/** How long a lease is good for that is not renewed; clocks of instances have to agree better than that. */
const LEASE_TTL_MS = 15_000
const RENEW_INTERVAL_MS = 4_000
/** So long another instance's write may still be on its way, for who has written as well. */
const SETTLE_MS = 60

/**
 * Takes the right to publish a share; undefined while another instance has it. An object with a name: needs no more of the
 * store than that it gives back what was written. Two instances that both believe to have it, where a write took very long,
 * are told by `isMine`: nothing is lost by that, it only has to be published again.
 */
export async function takeLease(
  store: ObjectStore,
  id: string,
  now: () => number = Date.now,
): Promise<Lease | undefined> {
  const key = `${prefixOf(id)}${SERVER_FOLDER}lease.json`
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
      // What is written after it was deleted would be taken for the lease of who was killed.
      await renewing
      if (!(await isMine())) return
      const entries = []
      for await (const entry of store.list(`${prefixOf(id)}${SERVER_FOLDER}`))
        if (entry.key === key) entries.push(entry)
      await store.delete(entries)
    },
  }
}
