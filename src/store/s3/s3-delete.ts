import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import type { ObjectEntry } from "../object-store.ts"
import { isDenied, isDeniedCode, isNotFoundCode, isUnsupported } from "./errors/error-facts.ts"
import { saysProtected } from "./errors/refusal-errors.ts"
import { s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import { lockedError } from "./s3-object-lock.ts"
import { isTimeout } from "./s3-retries.ts"

/** S3's limit for one DeleteObjects request. */
export const MAX_BATCH_COUNT = 1000
/** Batches are not made smaller than this for a slow service. */
const MIN_BATCH_COUNT = 16
const MAX_CONCURRENT_COUNT = 16

/** Error codes of a batch entry that may succeed in a request of its own. */
const RETRYABLE_CODES = new Set([
  "InternalError",
  "SlowDown",
  "ServiceUnavailable",
  "RequestTimeout",
  "OperationAborted",
])

/** Failures so far: the first refusal, the first key that was hidden instead of deleted, and the keys that remain. */
interface DeleteOutcome {
  refused?: Refusal
  hidden?: string
  kept: Set<string>
}

interface Refusal {
  entry: ObjectEntry
  error: ShareError
}

/** Deletes entries with full bucket keys: see `ObjectStore.delete`. */
export async function deleteEntries(s3: S3Bucket, entries: readonly ObjectEntry[]): Promise<void> {
  const outcome: DeleteOutcome = { kept: new Set() }
  const hiding = entries.filter(({ hides }) => hides)
  await deleteAll(s3, hiding.length === 0 ? entries : entries.filter(({ hides }) => !hides), outcome)
  // Removing the marker would expose content that could not be deleted.
  const markers = hiding.filter(({ key }) => !outcome.kept.has(key))
  if (markers.length > 0) await deleteAll(s3, markers, outcome)
  if (outcome.hidden !== undefined) throw hiddenOnly(s3, outcome.hidden)
  if (outcome.refused === undefined) return
  const { entry, error } = outcome.refused
  throw (entry.version !== undefined && (await lockedError(s3, entry, error.cause))) || error
}

async function deleteAll(s3: S3Bucket, entries: readonly ObjectEntry[], outcome: DeleteOutcome): Promise<void> {
  // Control characters cannot be written in a batch's XML.
  const alone = entries.filter(({ key }) => /[\x00-\x1f\x7f\ufffe\uffff]/.test(key))
  const together = alone.length === 0 ? entries : entries.filter((entry) => !alone.includes(entry))
  for (let start = 0; start < together.length; ) {
    const batch = together.slice(start, start + s3.maxBatchCount)
    await deleteBatch(s3, batch, outcome)
    start += batch.length
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
    // A slow service needs longer for a large batch than a connection may be silent.
    if (isTimeout(error) && batch.length > MIN_BATCH_COUNT) {
      s3.maxBatchCount = Math.max(MIN_BATCH_COUNT, Math.ceil(batch.length / 4))
      return "too slow"
    }
    // Ceph checks a bucket permission for batches, so it may refuse a batch although each single delete is allowed.
    if (!isUnsupported(error) && !isDenied(error))
      throw s3Error(error, { ...s3, operation: "delete", key: batch[0]?.key })
    s3.batches = false
    return undefined
  })
  if (answer === "too slow") return deleteAll(s3, batch, outcome)
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
        // Other errors, such as wrong credentials or a lost connection, would occur for every further entry.
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
      // An unversioned bucket may list the version `null`, but require the permission to delete versions if it is given.
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

/** `null` is the version in an unversioned bucket; some services list it but reject it in requests. */
function nullRefused({ version }: ObjectEntry, code: string): boolean {
  return version === "null" && /^(?:NotImplemented|InvalidArgument|InvalidRequest|NotSupported)$/.test(code)
}

/** Records that an entry was refused, and returns the error. */
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
