import { createHash } from "node:crypto"
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import { withTemporaryFiles } from "../../lib/temporary-files.ts"
import { checkKey, checkListedKey, checkPrefix } from "../keys.ts"
import type { ObjectStore } from "../object-store.ts"
import { connect, type S3Settings } from "./s3-client.ts"
import { decode } from "./s3-content.ts"
import { deleteEntries } from "./s3-delete.ts"
import { markUnsent, watchDelivery } from "./s3-delivery.ts"
import { actualLocation } from "./s3-endpoint.ts"
import { isNotFoundCode } from "./s3-error-facts.ts"
import { s3Error } from "./s3-errors.ts"
import { listPages } from "./s3-list.ts"
import { readObjectLock } from "./s3-object-lock.ts"
import { checkListing, checkPermissions } from "./s3-permissions.ts"
import { presign } from "./s3-presign.ts"
import { configuredEndpoint } from "./s3-profile.ts"
import { putCommand } from "./s3-put.ts"
import { readForWeb } from "./s3-read.ts"

export interface S3StoreOptions extends S3Settings {
  /** The folder in the bucket: `shares/team`. The store's keys are relative to it. */
  folder?: string | undefined
  /** Public base URL of that folder. Default: its address at the S3 service. */
  publicUrl?: string | undefined
  /** For a destination from the ledger: if the endpoint contains the bucket, open the actual location instead of throwing. */
  fromLedger?: boolean | undefined
}

/** A bucket, with the capabilities of its service that were detected so far. */
export interface S3Bucket {
  client: S3Client
  bucket: string
  endpoint: string
  region: string
  /** Whether the service lists versions; undefined before the first listing. */
  versions: "listed" | "unsupported" | "denied" | undefined
  /** Whether deleting without a version keeps the content; undefined before the first response that shows it. */
  keepsVersions: boolean | undefined
  /** Whether the service accepts DeleteObjects from these credentials. */
  batches: boolean
}

/** Attempts to read an object whose connection breaks within the content, which the SDK does not retry. */
const MAX_READ_ATTEMPTS = 3

/**
 * An `ObjectStore` for a bucket of any S3-compatible service, with the SDK's credential chain. Opening sends nothing.
 * Text is stored with `Content-Encoding: gzip`. Access control lists are never set, since several services lack them.
 * This module loads the AWS SDK: import it dynamically, only if a bucket is used.
 */
export async function s3Store(given: S3StoreOptions): Promise<ObjectStore> {
  const options = given.fromLedger ? { ...given, ...(await actualLocationOf(given)) } : given
  const { bucket, publicUrl } = options
  const { client, endpoint, region, bucketUrl } = await connect(options)
  const learned = { versions: undefined, keepsVersions: undefined, batches: true }
  const s3: S3Bucket = { client, bucket, endpoint, region, ...learned }
  const folder = (options.folder ?? "").replace(/^\/+|\/+$/g, "")
  const root = folder === "" ? "" : `${folder}/`
  const base =
    publicUrl === undefined
      ? bucketUrl + root.split("/").map(encodeURIComponent).join("/")
      : `${publicUrl.replace(/\/+$/, "")}/`

  async function read(key: string): Promise<Uint8Array | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await client.send(new GetObjectCommand({ Bucket: bucket, Key: root + key }))
        const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array()
        return await decode(body, { contentType: answer.ContentType, contentEncoding: answer.ContentEncoding })
      } catch (error) {
        if (error instanceof Error && isNotFoundCode(error.name) && error.name !== "NotFound") return undefined
        const failed = s3Error(error, { ...s3, operation: "read", key: root + key })
        const answered = typeof error === "object" && error !== null && "$metadata" in error
        if (answered || failed.code !== "store-unreachable" || attempt === MAX_READ_ATTEMPTS) throw failed
      }
    }
  }

  return {
    name: `s3://${bucket}${folder === "" ? "" : `/${folder}`}`,

    async put(key, object) {
      checkKey(key)
      const about = { ...s3, operation: "write", key: root + key } as const
      let mayBeStored = () => false
      try {
        const answer = await withTemporaryFiles(async (temporary) => {
          const command = await putCommand({ Bucket: bucket, Key: root + key }, object, temporary)
          mayBeStored = watchDelivery(command)
          return client.send(command)
        })
        if (answer.ETag === undefined) throw notS3(endpoint)
      } catch (error) {
        throw s3Error(mayBeStored() ? error : markUnsent(error), about)
      }
    },

    get(key) {
      checkKey(key)
      return read(key)
    },

    read(key, asked = {}) {
      checkKey(key)
      return readForWeb(s3, root + key, asked)
    },

    async *list(prefix) {
      checkPrefix(prefix)
      for await (const page of listPages(s3, root + prefix)) {
        for (const entry of page.entries) yield { ...entry, key: entry.key.slice(root.length) }
      }
    },

    async *folders(prefix) {
      checkPrefix(prefix)
      const full = root + prefix
      const seen = new Set<string>()
      for await (const page of listPages(s3, full, "/")) {
        for (const found of page.folders) {
          const name = found.slice(full.length, -1)
          if (!seen.has(name)) yield name
          seen.add(name)
        }
      }
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

    async presign(key, seconds) {
      checkKey(key)
      try {
        // Sign the service's own address: a public URL in front does not verify signatures.
        return await presign(client, bucketUrl + root.split("/").map(encodeURIComponent).join("/") + key, seconds)
      } catch (error) {
        throw s3Error(error, { ...s3, operation: "read", key: root + key })
      }
    },

    listings() {
      const addresses = new Set([bucketUrl, publicUrl === undefined ? bucketUrl : base])
      return [...addresses].map((address) => `${address}?list-type=2&max-keys=1`)
    },

    remote: {
      async identity() {
        const {
          accessKeyId,
          sessionToken,
          accountId = "",
        } = await client.config.credentials().catch((error: unknown) => {
          throw s3Error(error, { ...s3, operation: "list" })
        })
        // Temporary keys change every hour.
        const who = sessionToken ? accountId : accessKeyId
        return createHash("sha256")
          .update(JSON.stringify([bucketUrl, root, region, options.profile ?? "", who]))
          .digest("hex")
      },
      async retention() {
        try {
          const lock = await readObjectLock(s3)
          return typeof lock === "object" ? lock : undefined
        } catch (error) {
          const known = s3Error(error, { ...s3, operation: "list" })
          const every = ["store-credentials", "store-bucket-missing", "store-clock", "store-unreachable", "store-busy"]
          if (every.includes(known.code)) throw known
          // If the request is refused or unsupported, the probe will show it.
          return undefined
        }
      },
      checkPermissions(prefix) {
        checkPrefix(prefix)
        return checkPermissions(s3, root + prefix)
      },
      checkListing(prefix) {
        checkPrefix(prefix)
        return checkListing(s3, root + prefix)
      },
    },

    close() {
      client.destroy()
    },
  }
}

async function actualLocationOf({ bucket, folder = "", endpoint, profile }: S3StoreOptions) {
  const address = endpoint ?? (await configuredEndpoint(profile))
  return address === undefined ? undefined : actualLocation(address, { bucket, folder })
}

function notS3(endpoint: string): ShareError {
  return new ShareError("store-failed", `${endpoint} does not answer like an S3 service.`, {
    hint: "Give the address of the S3 API itself as endpoint, not that of a web console or web site.",
  })
}
