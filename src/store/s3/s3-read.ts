import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
import type { ReadAnswer, ReadOptions } from "../object-store.ts"
import { errorFacts, isNotFoundCode } from "./errors/error-facts.ts"
import { s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import { decode } from "./s3-content.ts"

/** Attempts to read an object whose connection breaks within the content, which the SDK does not retry. */
const MAX_READ_ATTEMPTS = 3

/** Reads an object's uncompressed content: see `ObjectStore.get`. `key` is the full key in the bucket. */
export async function readObject(s3: S3Bucket, key: string): Promise<Uint8Array | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await s3.client.send(new GetObjectCommand({ Bucket: s3.bucket, Key: key }))
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
      return await decode(body, { contentType: answer.ContentType, contentEncoding: answer.ContentEncoding })
    } catch (error) {
      // Without a body, as in a response to HEAD or from a proxy, `NotFound` does not say what was not found.
      if (error instanceof Error && isNotFoundCode(error.name) && error.name !== "NotFound") return undefined
      const failed = s3Error(error, { ...s3, operation: "read", key })
      const answered = typeof error === "object" && error !== null && "$metadata" in error
      if (answered || failed.code !== "store-unreachable" || attempt === MAX_READ_ATTEMPTS) throw failed
    }
  }
}

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
