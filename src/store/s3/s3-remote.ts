import { sha256 } from "../../lib/hash.ts"
import { type BucketOptions, describeBucketOptions } from "../bucket-options.ts"
import { checkKey, checkPrefix } from "../keys.ts"
import type { RemoteStore } from "../object-store.ts"
import { s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import { readObjectLock } from "./s3-object-lock.ts"
import { checkListing, checkPermissions } from "./s3-permissions.ts"
import { unmetOptions } from "./s3-unmet.ts"

/** Identity of a store, apart from its credentials and its folder. */
interface StoreLocation {
  bucketUrl: string
  profile: string
  options: BucketOptions
}

/** Errors that affect every request, as opposed to one that is refused or unsupported. */
const FATAL_CODES = ["store-credentials", "store-bucket-missing", "store-clock", "store-unreachable", "store-busy"]

/**
 * Checks of a bucket before the first upload: see `RemoteStore`.
 * @param root prefix of all keys of the store in the bucket
 */
export function remoteStore(s3: S3Bucket, root: string, location: StoreLocation): RemoteStore {
  const resolveIdentity = () =>
    s3.client.config.credentials().catch((error: unknown) => {
      throw s3Error(error, { ...s3, operation: "list" })
    })

  return {
    async credentials() {
      const { expiration } = await resolveIdentity()
      const { text = "", unused } = s3.credentials.source ?? {}
      const until = expiration && `, good until ${expiration.toISOString().slice(0, 16).replace("T", " ")} UTC`
      return `${text}${until ?? ""}${unused ? ` (${unused} is set, too, but a profile takes precedence)` : ""}`
    },
    needsRestart: () => s3.credentials.isRejected === true && s3.credentials.source?.kind === "environment",
    async identity() {
      const identity = await resolveIdentity()
      const { accessKeyId, sessionToken, accountId = "" } = identity
      // Temporary keys change every hour.
      const who = sessionToken ? accountId : accessKeyId
      const { bucketUrl, profile, options } = location
      const demands = Object.keys(options).length === 0 ? [] : [options]
      return sha256(JSON.stringify([bucketUrl, root, s3.region, profile, who, ...demands]))
    },
    async retention() {
      try {
        const lock = await readObjectLock(s3)
        return typeof lock === "object" ? lock : undefined
      } catch (error) {
        const known = s3Error(error, { ...s3, operation: "list" })
        if (FATAL_CODES.includes(known.code)) throw known
        // If the request is refused or unsupported, the probe will show it.
        return undefined
      }
    },
    checkPermissions(prefix) {
      checkPrefix(prefix)
      return checkPermissions(s3, root + prefix)
    },
    options: describeBucketOptions(location.options),
    unmetOptions(key) {
      checkKey(key)
      return unmetOptions(s3, root + key, location.options)
    },
    checkListing(prefix) {
      checkPrefix(prefix)
      return checkListing(s3, root + prefix)
    },
  }
}
