import { randomBytes } from "node:crypto"
import { DeleteObjectCommand, GetBucketVersioningCommand } from "@aws-sdk/client-s3"
import { ShareError } from "../errors.ts"
import type { S3Place } from "./s3/s3.ts"
import { s3Error } from "./s3/s3-errors.ts"
import { isGone } from "./s3/s3-facts.ts"
import { listPages } from "./s3/s3-list.ts"

/**
 * Lists below a prefix where nothing is yet, and deletes an object there that does not exist: see `RemotePlace.rehearse`.
 * Where versions are kept, that makes a delete marker, whose own removal is what the removal of a version takes.
 */
export async function rehearse(place: S3Place, prefix: string): Promise<void> {
  for await (const _ of listPages(place, prefix));
  const key = `${prefix}rehearsal-${randomBytes(6).toString("hex")}`
  const marker = await deleteAbsent(place, key)
  if (marker === undefined) return
  try {
    // Twice: what is refused once only should not stay.
    await send(place, key, marker).catch(() => send(place, key, marker))
  } catch (error) {
    const { code, message, hint } = s3Error(error, { ...place, doing: "delete-version", key })
    throw new ShareError(code, `${message} An empty delete marker stays there.`, {
      ...(hint !== undefined && { hint }),
      cause: error,
    })
  }
  if (place.versions !== "listed") throw unlisted(place)
}

/**
 * Throws `store-denied` where the bucket keeps versions that are not listed: see `RemotePlace.checkListing`. Asks only if
 * that is not known yet.
 */
export async function checkListing(place: S3Place, prefix: string): Promise<void> {
  if (place.versions !== "denied") return
  place.keepsVersions ??= await keepsVersions(place, prefix)
  if (place.keepsVersions) throw unlisted(place)
}

async function keepsVersions(place: S3Place, prefix: string): Promise<boolean> {
  const told = await place.client.send(new GetBucketVersioningCommand({ Bucket: place.bucket })).catch(() => undefined)
  if (told) return told.Status !== undefined
  const key = `${prefix}rehearsal-${randomBytes(6).toString("hex")}`
  const marker = await deleteAbsent(place, key)
  if (marker === undefined) return false
  await send(place, key, marker).catch(() => {})
  return true
}

/** Deletes a key that does not exist. Gives the version of the delete marker that this has made, if it has. */
async function deleteAbsent(place: S3Place, key: string): Promise<string | undefined> {
  try {
    const { DeleteMarker, VersionId } = await send(place, key)
    place.keepsVersions = DeleteMarker === true || (VersionId !== undefined && VersionId !== "null")
    return place.keepsVersions ? VersionId : undefined
  } catch (error) {
    if (error instanceof Error && isGone(error.name)) return undefined
    throw s3Error(error, { ...place, doing: "delete", key })
  }
}

const send = ({ client, bucket }: S3Place, key: string, version?: string) =>
  client.send(
    new DeleteObjectCommand({ Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) }),
  )

const unlisted = ({ bucket, versions }: S3Place) =>
  new ShareError(
    "store-denied",
    `The bucket ${bucket} keeps old versions, which ${versions === "denied" ? "these credentials may not list" : "its service does not list"}: that nothing is left of a share could not be seen.`,
    {
      hint:
        versions === "denied"
          ? `Allow s3:ListBucketVersions for the bucket ${bucket} (and s3:DeleteObjectVersion), or use a bucket without versions.`
          : "Use a bucket without versions.",
    },
  )
