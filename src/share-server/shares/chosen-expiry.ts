import { parseDuration } from "../../lib/duration.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { getJson, putJson, serverPrefixOf } from "./json-objects.ts"

/** The expiry that the owner of a share chose in place of the server's expiry. */
export interface ChosenExpiry {
  /** ISO 8601, UTC; absent: never. */
  expires?: string
}

/** Lifetimes that owners choose from, shortest first. */
const LIFETIMES = ["1d", "7d", "30d", "90d", "365d", "never"] as const
export type ChosenLifetime = (typeof LIFETIMES)[number]

export const chosenExpiryKey = (id: string): string => `${serverPrefixOf(id)}expiry.json`

/** The lifetimes that the company allows. @param maxMs `Infinity`: any */
export const allowedLifetimes = (maxMs: number): ChosenLifetime[] =>
  LIFETIMES.filter((lifetime) => parseDuration(lifetime)! <= maxMs)

/** Records the choice. It holds when the share is published the next time. Returns it. */
export async function writeChosenExpiry(
  store: ObjectStore,
  id: string,
  lifetime: ChosenLifetime,
  now: Date,
): Promise<ChosenExpiry> {
  const durationMs = parseDuration(lifetime)!
  const chosen = Number.isFinite(durationMs) ? { expires: new Date(now.getTime() + durationMs).toISOString() } : {}
  await putJson(store, chosenExpiryKey(id), chosen)
  return chosen
}

export const readChosenExpiry = (store: ObjectStore, id: string): Promise<ChosenExpiry | undefined> =>
  getJson<ChosenExpiry>(store, chosenExpiryKey(id))
