import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
import type { ReadAnswer, ReadOptions } from "../object-store.ts"
import type { S3Bucket } from "./s3.ts"
import { errorFacts, isNotFoundCode } from "./s3-error-facts.ts"
import { s3Error } from "./s3-errors.ts"

/** Reads an object for a web reader: see `ObjectStore.read`. `key` is the full key in the bucket. */
export async function readForWeb(s3: S3Bucket, key: string, asked: ReadOptions): Promise<ReadAnswer | undefined> {
  const { client, bucket } = s3
  const input = {
    Bucket: bucket,
    Key: key,
    ...(asked.ifNoneMatch !== undefined && { IfNoneMatch: asked.ifNoneMatch }),
    ...(asked.range !== undefined && { Range: asked.range }),
  }
  try {
    const found = await (asked.head
      ? client.send(new HeadObjectCommand(input))
      : client.send(new GetObjectCommand(input)))
    const body = "Body" in found ? found.Body?.transformToWebStream() : undefined
    if (found.ContentEncoding !== undefined && found.ContentRange !== undefined) {
      await body?.cancel()
      return readForWeb(s3, key, { ...asked, range: undefined })
    }
    const headers = {
      etag: found.ETag,
      "content-type": found.ContentType,
      "content-length": found.ContentLength?.toString(),
      "content-encoding": found.ContentEncoding,
      "content-range": found.ContentRange,
      "cache-control": found.CacheControl,
    }
    return { status: found.ContentRange === undefined ? 200 : 206, headers: onlySet(headers), body }
  } catch (error) {
    const { status, code, headers } = errorFacts(error)
    if (status === 304)
      return {
        status,
        headers: onlySet({ etag: headers["etag"] ?? asked.ifNoneMatch, "cache-control": headers["cache-control"] }),
        body: undefined,
      }
    if (status === 416)
      return { status, headers: onlySet({ "content-range": headers["content-range"] }), body: undefined }
    // A HEAD response has no body, so its code is `NotFound` for a missing object, too.
    if (isNotFoundCode(code) && (asked.head || code !== "NotFound")) return undefined
    throw s3Error(error, { ...s3, operation: "read", key })
  }
}

const onlySet = (headers: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  )
