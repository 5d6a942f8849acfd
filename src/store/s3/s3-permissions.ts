import { randomBytes } from "node:crypto"
import { DeleteObjectCommand, GetBucketVersioningCommand } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import { isNotFoundCode } from "./errors/error-facts.ts"
import { s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import { listEntries } from "./s3-list.ts"

/**
 * Lists below an empty prefix and deletes an object there that does not exist: see `RemoteStore.checkPermissions`.
 * In a versioned bucket that creates a delete marker; deleting it requires the permission to delete versions.
 */
export async function checkPermissions(s3: S3Bucket, prefix: string): Promise<void> {
  for await (const _ of listEntries(s3, prefix));
  const key = `${prefix}rehearsal-${randomBytes(6).toString("hex")}`
  const marker = await deleteAbsent(s3, key)
  if (marker === undefined) return
  try {
    // Retry once, so that a transient refusal leaves no marker.
    await send(s3, key, marker).catch(() => send(s3, key, marker))
  } catch (error) {
    const { code, message, hint } = s3Error(error, { ...s3, operation: "delete-version", key })
    throw new ShareError(code, `${message} An empty delete marker was left behind.`, {
      ...(hint !== undefined && { hint }),
      cause: error,
    })
  }
  if (s3.versions !== "listed") throw versionsNotListed(s3)
}

/**
 * Throws `store-denied` if the bucket keeps versions that are not listed: see `RemoteStore.checkListing`. Sends a request
 * only if that is not known yet.
 */
export async function checkListing(s3: S3Bucket, prefix: string): Promise<void> {
  if (s3.versions !== "denied") return
  s3.keepsVersions ??= await keepsVersions(s3, prefix)
  if (s3.keepsVersions) throw versionsNotListed(s3)
}

async function keepsVersions(s3: S3Bucket, prefix: string): Promise<boolean> {
  const told = await s3.client.send(new GetBucketVersioningCommand({ Bucket: s3.bucket })).catch(() => undefined)
  if (told) return told.Status !== undefined
  const key = `${prefix}rehearsal-${randomBytes(6).toString("hex")}`
  const marker = await deleteAbsent(s3, key)
  if (marker === undefined) return false
  await send(s3, key, marker).catch(() => {})
  return true
}

/** Deletes a key that does not exist. Returns the version of the delete marker, if one was created. */
async function deleteAbsent(s3: S3Bucket, key: string): Promise<string | undefined> {
  try {
    const { DeleteMarker, VersionId } = await send(s3, key)
    s3.keepsVersions = DeleteMarker === true || (VersionId !== undefined && VersionId !== "null")
    return s3.keepsVersions ? VersionId : undefined
  } catch (error) {
    if (error instanceof Error && isNotFoundCode(error.name)) return undefined
    throw s3Error(error, { ...s3, operation: "delete", key })
  }
}

const send = ({ client, bucket }: S3Bucket, key: string, version?: string) =>
  client.send(
    new DeleteObjectCommand({ Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) }),
  )

const versionsNotListed = ({ bucket, versions }: S3Bucket) =>
  new ShareError(
    "store-denied",
    `The bucket ${bucket} keeps old versions, which ${versions === "denied" ? "these credentials may not list" : "its service does not list"}: the removal of a share could not be verified.`,
    {
      hint:
        versions === "denied"
          ? `Allow s3:ListBucketVersions for the bucket ${bucket} (and s3:DeleteObjectVersion), or use a bucket without versions.`
          : "Use a bucket without versions.",
    },
  )
