import { LRUCache } from "lru-cache"
import { sha256 } from "../../lib/hash.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { getJson, putJson } from "../shares/json-objects.ts"

/** The record that somebody has left: `left/<hash of the address>.json`. */
const keyOf = (email: string) => `left/${sha256(email.trim().toLowerCase())}.json`

/** A record that another instance writes is seen after this long. */
const LEFT_TTL_MS = 5_000
const MAX_CACHED_PEOPLE = 10_000

/** Ends all sessions of a person that began before now. */
export async function writeLeft(store: ObjectStore, email: string, now: Date): Promise<void> {
  await putJson(store, keyOf(email), { at: now.getTime() })
}

/** Returns a function that tells when a person was said to have left, in milliseconds since 1970; 0: never. */
export function leftAt(store: ObjectStore): (email: string) => Promise<number> {
  const cache = new LRUCache<string, number>({ max: MAX_CACHED_PEOPLE, ttl: LEFT_TTL_MS })
  return async (email) => {
    const known = cache.get(email)
    if (known !== undefined) return known
    const at = (await getJson<{ at: number }>(store, keyOf(email)))?.at ?? 0
    cache.set(email, at)
    return at
  }
}
