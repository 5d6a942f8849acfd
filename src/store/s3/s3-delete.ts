import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import type { ObjectEntry } from "../object-store.ts"
import { lockedError } from "../s3-lock.ts"
import type { S3Place } from "./s3.ts"
import { s3Error, saysProtected } from "./s3-errors.ts"
import { isDenial, isDenied, isGone, isUnsupported } from "./s3-facts.ts"

/** What S3 takes in one DeleteObjects request. */
const batchSize = 1000
const singlesInFlight = 16

/** Answers of one entry of a batch that may well succeed when it is asked for alone. */
const worthAnother = new Set(["InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted"])

/** What has gone wrong so far: the first refusal, the first entry that was hidden instead of deleted, the keys of which something stays. */
interface Outcome {
  refused?: Refusal
  hidden?: string
  kept: Set<string>
}

interface Refusal {
  entry: ObjectEntry
  error: ShareError
}

/** Deletes entries with full keys of the bucket: see `ObjectStore.delete`. */
export async function deleteEntries(place: S3Place, entries: readonly ObjectEntry[]): Promise<void> {
  const outcome: Outcome = { kept: new Set() }
  const hiding = entries.filter(({ hides }) => hides)
  await deleteAll(place, hiding.length === 0 ? entries : entries.filter(({ hides }) => !hides), outcome)
  // Without its marker, content that could not be deleted would be seen again.
  const markers = hiding.filter(({ key }) => !outcome.kept.has(key))
  if (markers.length > 0) await deleteAll(place, markers, outcome)
  if (outcome.hidden !== undefined) throw hiddenOnly(place, outcome.hidden)
  if (outcome.refused === undefined) return
  const { entry, error } = outcome.refused
  throw (entry.version !== undefined && (await lockedError(place, entry, error.cause))) || error
}

async function deleteAll(place: S3Place, entries: readonly ObjectEntry[], outcome: Outcome): Promise<void> {
  // A control character cannot be written in the XML of a batch.
  const alone = entries.filter(({ key }) => /[\x00-\x1f\x7f\ufffe\uffff]/.test(key))
  const together = alone.length === 0 ? entries : entries.filter((entry) => !alone.includes(entry))
  for (let start = 0; start < together.length; start += batchSize) {
    await deleteBatch(place, together.slice(start, start + batchSize), outcome)
  }
  await deleteSingly(place, alone, outcome)
}

async function deleteBatch(place: S3Place, batch: readonly ObjectEntry[], outcome: Outcome): Promise<void> {
  if (!place.batches) return deleteSingly(place, batch, outcome)
  const objects = batch.map(({ key, version }) => ({
    Key: key,
    ...(version === undefined ? {} : { VersionId: version }),
  }))
  const command = new DeleteObjectsCommand({ Bucket: place.bucket, Delete: { Objects: objects, Quiet: false } })
  const answer = await place.client.send(command).catch((error: unknown) => {
    // Ceph refuses the whole of a batch to whom a policy allows each of its deletes, since it asks for the right to the bucket.
    if (!isUnsupported(error) && !isDenied(error))
      throw s3Error(error, { ...place, doing: "delete", key: batch[0]?.key })
    place.batches = false
  })
  if (answer === undefined) return deleteSingly(place, batch, outcome)

  for (const { Key = "", VersionId, DeleteMarker, DeleteMarkerVersionId } of answer.Deleted ?? []) {
    if (VersionId === undefined && (DeleteMarker || DeleteMarkerVersionId)) outcome.hidden ??= Key
  }
  const again: ObjectEntry[] = []
  for (const { Key = "", VersionId, Code = "", Message = "" } of answer.Errors ?? []) {
    const entry = batch.find(({ key, version }) => key === Key && (VersionId === undefined || version === VersionId))
    if (isGone(Code)) continue
    const isRight = isDenial(Code) && !saysProtected(Code, Message)
    if (entry !== undefined && (worthAnother.has(Code) || isRight || nullRefused(entry, Code))) again.push(entry)
    else refuse(place, entry ?? { key: Key, size: 0 }, { name: Code, message: Message }, outcome)
  }
  await deleteSingly(place, again, outcome)
}

async function deleteSingly(place: S3Place, entries: readonly ObjectEntry[], outcome: Outcome): Promise<void> {
  const waiting = entries.values()
  const work = async () => {
    for (const entry of waiting) {
      try {
        await deleteOne(place, entry, outcome)
      } catch (error) {
        const { code } = refuse(place, entry, error, outcome)
        // Wrong credentials, a lost connection and the like meet every further entry just the same.
        if (code !== "store-denied" && code !== "store-failed") throw outcome.refused!.error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(singlesInFlight, entries.length) }, work))
}

async function deleteOne(place: S3Place, entry: ObjectEntry, outcome: Outcome): Promise<void> {
  const { key, version } = entry
  const send = (VersionId: string | undefined) =>
    place.client.send(
      new DeleteObjectCommand({ Bucket: place.bucket, Key: key, ...(VersionId === undefined ? {} : { VersionId }) }),
    )
  let asked = version
  try {
    const answer = await send(asked).catch((error: unknown) => {
      // A bucket that keeps no versions may list `null`, and ask for the right to delete versions where it is named.
      if (!(error instanceof Error) || !(nullRefused(entry, error.name) || (version === "null" && isDenied(error))))
        throw error
      asked = undefined
      return send(undefined)
    })
    if (asked !== undefined) return
    place.keepsVersions ??= answer.DeleteMarker === true || (answer.VersionId ?? "null") !== "null"
    if (answer.DeleteMarker || (answer.VersionId ?? "null") !== "null") outcome.hidden ??= key
  } catch (error) {
    if (!(error instanceof Error && isGone(error.name))) throw error
  }
}

/** `null` is the version of an object in a bucket that keeps no versions; some services list it but do not know it. */
function nullRefused({ version }: ObjectEntry, code: string): boolean {
  return version === "null" && /^(?:NotImplemented|InvalidArgument|InvalidRequest|NotSupported)$/.test(code)
}

/** Notes that an entry was refused. Gives that refusal in words. */
function refuse(place: S3Place, entry: ObjectEntry, refused: unknown, outcome: Outcome): ShareError {
  const { key, version } = entry
  const doing = version === undefined || version === "null" ? "delete" : "delete-version"
  const error = s3Error(refused, { ...place, doing, key })
  outcome.kept.add(key)
  outcome.refused ??= { entry, error }
  return error
}

function hiddenOnly(place: S3Place, key: string): ShareError {
  return new ShareError(
    "left-behind",
    `The bucket ${place.bucket} keeps old versions: ${key} is hidden now, but its content is still there.`,
    {
      hint:
        place.versions === "denied"
          ? "Allow s3:ListBucketVersions and s3:DeleteObjectVersion, then unshare again."
          : place.versions === "listed"
            ? "Allow s3:DeleteObjectVersion, then unshare again."
            : "Delete its old versions in the bucket's own console; this service does not list them.",
    },
  )
}
