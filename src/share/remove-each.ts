import { ShareError } from "../errors.ts"
import type { Removal } from "./unshare.ts"

/** A share that could not be removed, and why. */
export interface Failure {
  id: string
  url: string
  error: ShareError
}

export interface Removed {
  removed: Removal[]
  failed: Failure[]
}

/** What stands in the way of one share at a place stands in the way of all others there. */
const aboutThePlace = ["store-credentials", "store-bucket-missing", "store-clock", "store-unreachable"]

/**
 * Removes shares one after the other; one that fails does not stop the others, but a place that cannot be used at all
 * is asked only once. Throws nothing but what is no `ShareError`.
 * @param removeOne gives undefined for a share that is to stay after all
 * @param placeOf shares with the same answer are at the same place
 */
export async function removeEach<Share extends { id: string; url?: string | undefined }>(
  shares: readonly Share[],
  removeOne: (share: Share) => Promise<Removal | undefined>,
  placeOf: (share: Share) => string,
): Promise<Removed> {
  const result: Removed = { removed: [], failed: [] }
  const unusable = new Map<string, ShareError>()
  for (const share of shares) {
    const { id, url = id } = share
    const place = placeOf(share)
    try {
      const known = unusable.get(place)
      if (known) throw known
      const removal = await removeOne(share)
      if (removal) result.removed.push(removal)
    } catch (error) {
      if (!(error instanceof ShareError)) throw error
      if (aboutThePlace.includes(error.code)) unusable.set(place, error)
      result.failed.push({ id, url, error })
    }
  }
  return result
}
