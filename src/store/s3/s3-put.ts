import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"
import { PutObjectCommand, type PutObjectCommandInput } from "@aws-sdk/client-s3"
import { HttpRequest } from "@smithy/core/transport"
import {
  bytesOf,
  SPOOL_THRESHOLD_BYTES,
  type SpooledContent,
  type TemporaryFiles,
  withTemporaryFiles,
} from "../../lib/temporary-files.ts"
import type { StoredObject } from "../object-store.ts"
import { notS3Endpoint, s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import { encode, isCompressible } from "./s3-content.ts"
import { markUnsent, watchDelivery } from "./s3-delivery.ts"

/** Uploads an object: see `ObjectStore.put`. `key` is the full key in the bucket. */
export async function putObject(s3: S3Bucket, key: string, object: StoredObject): Promise<void> {
  let mayBeStored = () => false
  try {
    const answer = await withTemporaryFiles(async (temporary) => {
      const command = await putCommand({ Bucket: s3.bucket, Key: key, ...s3.upload }, object, temporary)
      mayBeStored = watchDelivery(command)
      return s3.client.send(command)
    })
    if (answer.ETag === undefined) throw notS3Endpoint(s3.endpoint)
  } catch (error) {
    throw s3Error(mayBeStored() ? error : markUnsent(error), { ...s3, operation: "write", key })
  }
}

/**
 * Creates the request that stores an object, with encoded content. Long content is spooled to a temporary file, which must
 * exist until the request completes. Throws what the file throws.
 */
async function putCommand(
  target: PutObjectCommandInput,
  { body, contentType, cacheControl }: StoredObject,
  temporary: TemporaryFiles,
): Promise<PutObjectCommand> {
  const about = { ...target, ContentType: contentType, CacheControl: cacheControl }
  if (body instanceof Uint8Array || body.length <= SPOOL_THRESHOLD_BYTES) {
    const { body: Body, encoding } = await encode(await bytesOf(body), contentType)
    return new PutObjectCommand({ ...about, Body, ...(encoding && { ContentEncoding: encoding }) })
  }
  return isCompressible(contentType)
    ? streamingPut({ ...about, ContentEncoding: "gzip" }, await gzipToFile(body, temporary))
    : streamingPut(about, { content: body, hash: await hashOf(body) })
}

interface HashedContent {
  content: SpooledContent
  /** SHA-256, hexadecimal. */
  hash: string
}

/**
 * The SDK frames streams in a way that several vendors reject or store, and never retries them. So the request is signed
 * with an empty body and the known length and hash, and a fresh stream replaces the body just before each attempt.
 */
function streamingPut(about: PutObjectCommandInput, { content, hash }: HashedContent): PutObjectCommand {
  const command = new PutObjectCommand({ ...about, Body: Buffer.alloc(0), ContentLength: content.length })
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string> }
      request.headers["x-amz-content-sha256"] = hash
      return next(args)
    },
    { name: "hashOfLongContent", step: "build" },
  )
  command.middlewareStack.add(
    (next) => async (args) => {
      const body = Readable.from(content.chunks(), { objectMode: false })
      const failed = new Promise<never>((_, reject) => body.once("error", reject))
      const request = Object.assign(HttpRequest.clone(args.request as HttpRequest), { body })
      try {
        return await Promise.race([next({ ...args, request }), failed])
      } finally {
        body.destroy()
      }
    },
    { name: "longContent", step: "deserialize", priority: "low" },
  )
  return command
}

async function gzipToFile(body: SpooledContent, temporary: TemporaryFiles): Promise<HashedContent> {
  const file = await temporary.make()
  const sum = createHash("sha256")
  const gzip = createGzip()
  let length = 0
  const keep = async () => {
    for await (const chunk of gzip) {
      sum.update(chunk)
      length += chunk.length
      await file.write(chunk)
    }
  }
  await Promise.all([pipeline(body.chunks(), gzip), keep()])
  return { content: file.slice(0, length), hash: sum.digest("hex") }
}

async function hashOf(body: SpooledContent): Promise<string> {
  const sum = createHash("sha256")
  for await (const chunk of body.chunks()) sum.update(chunk)
  return sum.digest("hex")
}
