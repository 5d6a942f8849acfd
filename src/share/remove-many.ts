import { ShareError } from "../errors.ts"
import type { Removal } from "./unshare.ts"

/** A share that could not be removed, and the error. */
export interface RemovalFailure {
  id: string
  url: string
  error: ShareError
}

export interface RemovalSummary {
  removed: Removal[]
  failed: RemovalFailure[]
}

/** Errors that apply to every share at the same destination. */
const DESTINATION_ERRORS = ["store-credentials", "store-bucket-missing", "store-clock", "store-unreachable"]

/**
 * Removes shares: sequentially within a destination, destinations in parallel, so that one that hangs does not delay the
 * others. A failure does not stop the rest, except that a destination that cannot be used at all is tried only once.
 * Throws only errors other than `ShareError`.
 * @param removeOne returns undefined for a share that stays after all
 * @param destinationOf equal for shares at the same destination with the same credentials
 */
export async function removeMany<Share extends { id: string; url?: string | undefined }>(
  shares: readonly Share[],
  removeOne: (share: Share) => Promise<Removal | undefined>,
  destinationOf: (share: Share) => string,
): Promise<RemovalSummary> {
  const places = new Map<string, Share[]>()
  for (const share of shares) places.set(destinationOf(share), [...(places.get(destinationOf(share)) ?? []), share])
  const results = new Map<Share, Removal | RemovalFailure | undefined>()
  await Promise.all([...places.values()].map((here) => removeAtDestination(here, removeOne, results)))
  // In the order of `shares`.
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

/** Adds a hint about `--forget` to errors that may mean that the store no longer exists. */
export function withForgetHint(error: ShareError, id: string): ShareError {
  if (!DESTINATION_ERRORS.includes(error.code) && error.code !== "bad-settings") return error
  const { code, message, hint, cause } = error
  const forget = `If the store no longer exists: opencode-bucket unshare --forget ${id}`
  return new ShareError(code, message, { hint: [hint, forget].filter(Boolean).join(" "), cause })
}
