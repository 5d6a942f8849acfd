import { GetObjectCommand } from "@aws-sdk/client-s3"
import { getSignedUrl } from "@aws-sdk/s3-request-presigner"
import { ShareError } from "../../errors.ts"
import type { PresignedLink } from "../object-store.ts"
import { s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"

/**
 * Creates a presigned URL for an object, a week at most. Sends nothing. The URL has the service's own address: a public URL
 * in front does not verify signatures. It expires with the credentials that signed it, if they are temporary. Throws
 * `store-credentials` if there are none or they have expired.
 */
export async function presign(s3: S3Bucket, key: string, seconds: number): Promise<PresignedLink> {
  const { client, bucket } = s3
  // Use the service's clock, if the SDK has detected clock skew.
  const now = new Date(Date.now() + (client.config.systemClockOffset ?? 0))
  try {
    const { expiration, sessionToken } = await client.config.credentials()
    if (expiration && expiration <= now) throw credentialsExpired()
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: key }), {
      expiresIn: seconds,
      signingDate: now,
    })
    const end = new Date(now.getTime() + seconds * 1000)
    if (expiration && expiration < end) return { url, until: expiration, note: EXPIRES_WITH_CREDENTIALS }
    return { url, until: end, ...(sessionToken !== undefined && !expiration && { note: MAY_EXPIRE_EARLIER }) }
  } catch (error) {
    throw s3Error(error, { ...s3, operation: "read", key })
  }
}

const EXPIRES_WITH_CREDENTIALS =
  "Your credentials are temporary, and the link expires with them. Sign it with permanent keys for a longer lifetime."
const MAY_EXPIRE_EARLIER = "Your credentials are temporary: if they expire earlier, the link expires with them."

const credentialsExpired = () =>
  new ShareError("store-credentials", "The credentials for the bucket have expired.", {
    hint: "Get new ones (aws sso login), and run the same command again.",
  })
