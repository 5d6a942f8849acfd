import { ShareError } from "../errors.ts"
import type { Removal } from "./unshare.ts"

/** A share that could not be removed, and why. */
export interface RemovalFailure {
  id: string
  url: string
  error: ShareError
}

export interface RemovalSummary {
  removed: Removal[]
  failed: RemovalFailure[]
}

/** What stands in the way of one share at a place stands in the way of all others there. */
const DESTINATION_ERRORS = ["store-credentials", "store-bucket-missing", "store-clock", "store-unreachable"]

/**
 * Removes shares, those at one place one after the other, and places at the same time: one that does not answer holds
 * nobody up. A share that fails does not stop the others, but a place that cannot be used at all is asked only once.
 * Throws nothing but what is no `ShareError`.
 * @param removeOne gives undefined for a share that is to stay after all
 * @param placeOf shares with the same answer are at the same place, asked for with the same credentials
 */
export async function removeMany<Share extends { id: string; url?: string | undefined }>(
  shares: readonly Share[],
  removeOne: (share: Share) => Promise<Removal | undefined>,
  placeOf: (share: Share) => string,
): Promise<RemovalSummary> {
  const places = new Map<string, Share[]>()
  for (const share of shares) places.set(placeOf(share), [...(places.get(placeOf(share)) ?? []), share])
  const results = new Map<Share, Removal | RemovalFailure | undefined>()
  await Promise.all([...places.values()].map((here) => removeAtDestination(here, removeOne, results)))
  // In the order in which they were named.
  const all = shares.map((share) => results.get(share)).filter((result) => result !== undefined)
  return {
    removed: all.filter((result): result is Removal => !("error" in result)),
    failed: all.filter((result): result is RemovalFailure => "error" in result),
  }
}

async function removeAtDestination<Share extends { id: string; url?: string | undefined }>(
  shares: readonly Share[],
  removeOne: (share: Share) => Promise<Removal | undefined>,
  results: Map<Share, Removal | RemovalFailure | undefined>,
): Promise<void> {
  let unusable: ShareError | undefined
  for (const share of shares) {
    const { id, url = id } = share
    try {
      if (unusable) throw unusable
      results.set(share, await removeOne(share))
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      if (DESTINATION_ERRORS.includes(error.code)) unusable = error
      results.set(share, { id, url, error })
    }
  }
}

/** The same error with how to go on where the place is gone for good, if that is what it is about. */
export function withForgetHint(error: ShareError, id: string): ShareError {
  if (!DESTINATION_ERRORS.includes(error.code) && error.code !== "bad-settings") return error
  const { code, message, hint, cause } = error
  const forget = `If that place is gone for good: opencode-bucket unshare --forget ${id}`
  return new ShareError(code, message, { hint: [hint, forget].filter(Boolean).join(" "), cause })
}
