import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import type { ObjectEntry } from "../object-store.ts"
import type { S3Bucket } from "./s3.ts"
import { isDenied, isDeniedCode, isNotFoundCode, isUnsupported } from "./s3-error-facts.ts"
import { s3Error, saysProtected } from "./s3-errors.ts"
import { lockedError } from "./s3-object-lock.ts"

/** What S3 takes in one DeleteObjects request. */
const MAX_BATCH_COUNT = 1000
const MAX_CONCURRENT_COUNT = 16

/** Answers of one entry of a batch that may well succeed when it is asked for alone. */
const RETRYABLE_CODES = new Set([
  "InternalError",
  "SlowDown",
  "ServiceUnavailable",
  "RequestTimeout",
  "OperationAborted",
])

/** What has gone wrong so far: the first refusal, the first entry that was hidden instead of deleted, the keys of which something stays. */
interface DeleteOutcome {
  refused?: Refusal
  hidden?: string
  kept: Set<string>
}

interface Refusal {
  entry: ObjectEntry
  error: ShareError
}

/** Deletes entries with full keys of the bucket: see `ObjectStore.delete`. */
export async function deleteEntries(s3: S3Bucket, entries: readonly ObjectEntry[]): Promise<void> {
  const outcome: DeleteOutcome = { kept: new Set() }
  const hiding = entries.filter(({ hides }) => hides)
  await deleteAll(s3, hiding.length === 0 ? entries : entries.filter(({ hides }) => !hides), outcome)
  // Without its marker, content that could not be deleted would be seen again.
  const markers = hiding.filter(({ key }) => !outcome.kept.has(key))
  if (markers.length > 0) await deleteAll(s3, markers, outcome)
  if (outcome.hidden !== undefined) throw hiddenOnly(s3, outcome.hidden)
  if (outcome.refused === undefined) return
  const { entry, error } = outcome.refused
  throw (entry.version !== undefined && (await lockedError(s3, entry, error.cause))) || error
}

async function deleteAll(s3: S3Bucket, entries: readonly ObjectEntry[], outcome: DeleteOutcome): Promise<void> {
  // A control character cannot be written in the XML of a batch.
  const alone = entries.filter(({ key }) => /[\x00-\x1f\x7f\ufffe\uffff]/.test(key))
  const together = alone.length === 0 ? entries : entries.filter((entry) => !alone.includes(entry))
  for (let start = 0; start < together.length; start += MAX_BATCH_COUNT) {
    await deleteBatch(s3, together.slice(start, start + MAX_BATCH_COUNT), outcome)
  }
  await deleteSingly(s3, alone, outcome)
}

async function deleteBatch(s3: S3Bucket, batch: readonly ObjectEntry[], outcome: DeleteOutcome): Promise<void> {
  if (!s3.batches) return deleteSingly(s3, batch, outcome)
  const objects = batch.map(({ key, version }) => ({
    Key: key,
    ...(version === undefined ? {} : { VersionId: version }),
  }))
  const command = new DeleteObjectsCommand({ Bucket: s3.bucket, Delete: { Objects: objects, Quiet: false } })
  const answer = await s3.client.send(command).catch((error: unknown) => {
    // Ceph refuses the whole of a batch to whom a policy allows each of its deletes, since it asks for the right to the bucket.
    if (!isUnsupported(error) && !isDenied(error))
      throw s3Error(error, { ...s3, operation: "delete", key: batch[0]?.key })
    s3.batches = false
  })
  if (answer === undefined) return deleteSingly(s3, batch, outcome)

  for (const { Key = "", VersionId, DeleteMarker, DeleteMarkerVersionId } of answer.Deleted ?? []) {
    if (VersionId === undefined && (DeleteMarker || DeleteMarkerVersionId)) outcome.hidden ??= Key
  }
  const again: ObjectEntry[] = []
  for (const { Key = "", VersionId, Code = "", Message = "" } of answer.Errors ?? []) {
    const entry = batch.find(({ key, version }) => key === Key && (VersionId === undefined || version === VersionId))
    if (isNotFoundCode(Code)) continue
    const isRight = isDeniedCode(Code) && !saysProtected(Code, Message)
    if (entry !== undefined && (RETRYABLE_CODES.has(Code) || isRight || nullRefused(entry, Code))) again.push(entry)
    else recordRefusal(s3, entry ?? { key: Key, size: 0 }, { name: Code, message: Message }, outcome)
  }
  await deleteSingly(s3, again, outcome)
}

async function deleteSingly(s3: S3Bucket, entries: readonly ObjectEntry[], outcome: DeleteOutcome): Promise<void> {
  const waiting = entries.values()
  const work = async () => {
    for (const entry of waiting) {
      try {
        await deleteOne(s3, entry, outcome)
      } catch (error) {
        const { code } = recordRefusal(s3, entry, error, outcome)
        // Wrong credentials, a lost connection and the like meet every further entry just the same.
        if (code !== "store-denied" && code !== "store-failed") throw outcome.refused!.error
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(MAX_CONCURRENT_COUNT, entries.length) }, work))
}

async function deleteOne(s3: S3Bucket, entry: ObjectEntry, outcome: DeleteOutcome): Promise<void> {
  const { key, version } = entry
  const send = (VersionId: string | undefined) =>
    s3.client.send(
      new DeleteObjectCommand({ Bucket: s3.bucket, Key: key, ...(VersionId === undefined ? {} : { VersionId }) }),
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
    s3.keepsVersions ??= answer.DeleteMarker === true || (answer.VersionId ?? "null") !== "null"
    if (answer.DeleteMarker || (answer.VersionId ?? "null") !== "null") outcome.hidden ??= key
  } catch (error) {
    if (!(error instanceof Error && isNotFoundCode(error.name))) throw error
  }
}

/** `null` is the version of an object in a bucket that keeps no versions; some services list it but do not know it. */
function nullRefused({ version }: ObjectEntry, code: string): boolean {
  return version === "null" && /^(?:NotImplemented|InvalidArgument|InvalidRequest|NotSupported)$/.test(code)
}

/** Notes that an entry was refused. Gives that refusal in words. */
function recordRefusal(s3: S3Bucket, entry: ObjectEntry, refused: unknown, outcome: DeleteOutcome): ShareError {
  const { key, version } = entry
  const operation = version === undefined || version === "null" ? "delete" : "delete-version"
  const error = s3Error(refused, { ...s3, operation, key })
  outcome.kept.add(key)
  outcome.refused ??= { entry, error }
  return error
}

function hiddenOnly(s3: S3Bucket, key: string): ShareError {
  return new ShareError(
    "left-behind",
    `The bucket ${s3.bucket} keeps old versions: ${key} is hidden now, but its content is still there.`,
    {
      hint:
        s3.versions === "denied"
          ? "Allow s3:ListBucketVersions and s3:DeleteObjectVersion, then unshare again."
          : s3.versions === "listed"
            ? "Allow s3:DeleteObjectVersion, then unshare again."
            : "Delete its old versions in the bucket's own console; this service does not list them.",
    },
  )
}
