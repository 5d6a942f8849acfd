import { pickBucketOptions } from "../bucket-options.ts"
import { checkKey, checkListedKey, checkPrefix } from "../keys.ts"
import type { ObjectStore } from "../object-store.ts"
import type { S3Bucket } from "./s3-bucket.ts"
import { connect, type S3Settings } from "./s3-client.ts"
import { deleteEntries, MAX_BATCH_COUNT } from "./s3-delete.ts"
import { uploadDemands } from "./s3-demands.ts"
import { actualLocation } from "./s3-endpoint.ts"
import { listEntries, listFolders } from "./s3-list.ts"
import { presign } from "./s3-presign.ts"
import { configuredEndpoint } from "./s3-profile.ts"
import { putObject } from "./s3-put.ts"
import { readForWeb, readObject } from "./s3-read.ts"
import { remoteStore } from "./s3-remote.ts"

export interface S3StoreOptions extends S3Settings {
  /** The folder in the bucket: `shares/team`. The store's keys are relative to it. */
  folder?: string | undefined
  /** Public base URL of that folder. Default: its address at the S3 service. */
  publicUrl?: string | undefined
  /** For a destination from the ledger: if the endpoint contains the bucket, open the actual location instead of throwing. */
  fromLedger?: boolean | undefined
}

/**
 * An `ObjectStore` for a bucket of any S3-compatible service, with the SDK's credential chain. Opening sends nothing.
 * Text is stored with `Content-Encoding: gzip`. Access control lists are not set unless an option asks for one, since several services lack them.
 * This module loads the AWS SDK: import it dynamically, only if a bucket is used.
 */
export async function s3Store(given: S3StoreOptions): Promise<ObjectStore> {
  const options = given.fromLedger ? { ...given, ...(await actualLocationOf(given)) } : given
  const { bucket, publicUrl } = options
  const { client, credentials, endpoint, region, bucketUrl, close } = await connect(options)
  const learned = { versions: undefined, keepsVersions: undefined, batches: true, maxBatchCount: MAX_BATCH_COUNT }
  const s3: S3Bucket = { client, bucket, endpoint, region, credentials, upload: uploadDemands(options), ...learned }
  const { timeoutSeconds: _, ...demands } = pickBucketOptions(options)
  const folder = (options.folder ?? "").replace(/^\/+|\/+$/g, "")
  const root = folder === "" ? "" : `${folder}/`
  const base = publicUrl === undefined ? bucketUrl + encodePath(root) : `${publicUrl.replace(/\/+$/, "")}/`
  /** The key in the bucket. */
  const full = (key: string) => {
    checkKey(key)
    return root + key
  }

  return {
    name: `s3://${bucket}${folder === "" ? "" : `/${folder}`}`,
    put: async (key, object) => putObject(s3, full(key), object),
    get: async (key) => readObject(s3, full(key)),
    read: async (key, asked = {}) => readForWeb(s3, full(key), asked),
    async *list(prefix) {
      checkPrefix(prefix)
      for await (const entry of listEntries(s3, root + prefix)) yield { ...entry, key: entry.key.slice(root.length) }
    },
    async *folders(prefix) {
      checkPrefix(prefix)
      yield* listFolders(s3, root + prefix)
    },
    async delete(entries) {
      for (const { key } of entries) checkListedKey(key)
      await deleteEntries(
        s3,
        entries.map((entry) => ({ ...entry, key: root + entry.key })),
      )
    },
    url(key) {
      checkKey(key)
      return base + key
    },
    presign: async (key, seconds) => presign(s3, full(key), seconds),
    listings() {
      const addresses = new Set([bucketUrl, publicUrl === undefined ? bucketUrl : base])
      return [...addresses].map((address) => `${address}?list-type=2&max-keys=1`)
    },
    remote: remoteStore(s3, root, { bucketUrl, profile: options.profile ?? "", options: demands }),
    close,
  }
}

const encodePath = (path: string) => path.split("/").map(encodeURIComponent).join("/")

async function actualLocationOf({ bucket, folder = "", endpoint, profile }: S3StoreOptions) {
  const address = endpoint ?? (await configuredEndpoint(profile))
  return address === undefined ? undefined : actualLocation(address, { bucket, folder })
}
