import type { Content } from "../lib/temporary-files.ts"

/** An object to store. `body` is uncompressed: a store may compress it internally but returns it uncompressed. */
export interface StoredObject {
  body: Content
  /** With the charset, if there is one: `text/html; charset=utf-8`. */
  contentType: string
  cacheControl: string
}

/** An entry of a listing: an object, or in a versioned bucket a version or delete marker. */
export interface ObjectEntry {
  /** Relative to the store, such as `s/V1StGXR8_Z5jdHi6B-myT/2.html`. */
  key: string
  /** Stored size in bytes; 0 for a delete marker. */
  size: number
  /** The version id; absent if the bucket does not distinguish versions. */
  version?: string
  /** This delete marker is the latest version of its key and hides the older ones from readers. */
  hides?: true
}

/** The default retention of a bucket with object lock: how long every new object is protected from deletion. */
export interface Retention {
  /** In lower case: `governance` (privileged users may lift it) or `compliance` (nobody may). */
  mode: string
  days: number
}

/** Checks of a remote store before the first upload, since its owner decides what is allowed: see `verifyErasable`. */
export interface RemoteStore {
  /** Obtains the credentials, and returns where they come from and until when they are valid, for display; no value. */
  credentials(): Promise<string>
  /** Whether the service rejects credentials from the environment of this process, which only a restart can change. */
  needsRestart(): boolean
  /** A hash that identifies this store as accessed with these credentials. Contains no secret. */
  identity(): Promise<string>
  /** The default retention; undefined if there is none, or if the store does not report it. */
  retention(): Promise<Retention | undefined>
  /**
   * Checks list and delete permissions before anything is stored: lists below `s/<id>/` and deletes an object there that
   * does not exist. Throws an error that names the missing permission and anything left behind.
   */
  checkPermissions(prefix: string): Promise<void>
  /** Throws `store-denied` if the store keeps old versions that are not listed: an empty listing would prove nothing. */
  checkListing(prefix: string): Promise<void>
  /** Requirements of every upload besides storing, as text: `sse aws:kms, storageClass COLD`; "" for nothing. */
  readonly options: string
  /** Which of that the service did not do for a stored object, one sentence without a full stop each. */
  unmetOptions(key: string): Promise<string[]>
}

/** Request headers and method of a web reader (RFC 9110). */
export interface ReadOptions {
  /** `If-None-Match`: the ETag of the reader's copy. */
  ifNoneMatch?: string | undefined
  /** `Range`. A store may return the whole object instead, and does so for compressed objects. */
  range?: string | undefined
  /** Omit the content. */
  head?: boolean | undefined
}

/** A response to a web reader. */
export interface ReadAnswer {
  /** OK; partial content; not modified; range not satisfiable. */
  status: 200 | 206 | 304 | 416
  /** Lower-case names: `etag` always; `content-type`, `content-length`, `content-encoding`, `content-range`, `cache-control`. */
  headers: Record<string, string>
  /** As stored: compressed if `content-encoding` is set. Must be read to its end or cancelled. */
  body: ReadableStream<Uint8Array> | undefined
}

/** A presigned URL and its expiry. */
export interface PresignedLink {
  url: string
  until: Date
  /** For display: why it expires or may expire earlier than requested. */
  note?: string
}

/**
 * A store of objects: a bucket, a folder inside a bucket, or a local folder.
 *
 * Keys are created by this package only (ids, hashes, fixed names): `[A-Za-z0-9._-]` between slashes, no `.` or `..`
 * segment. A store rejects any other key with `bad-input`.
 *
 * Every method throws a `ShareError` whose code begins with `store-` if the store refuses or fails. The suite in
 * `test/store/contract.ts` specifies the contract; every implementation passes it unchanged.
 */
export interface ObjectStore {
  /** Display name: `s3://team-shares/folder`, or the folder's path. */
  readonly name: string

  /** Stores an object atomically, replacing an existing one. */
  put(key: string, object: StoredObject): Promise<void>

  /** Returns the uncompressed content; undefined if there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>

  /** Streams the content for a web reader; undefined if there is no such object. */
  read(key: string, options?: ReadOptions): Promise<ReadAnswer | undefined>

  /**
   * Lists everything whose key begins with `prefix`, which ends in `/` (so that `s/abc/` never matches `s/abcd/…`), including
   * old versions and delete markers, over all pages of the listing. Throws rather than end early.
   */
  list(prefix: string): AsyncIterable<ObjectEntry>

  /** Lists the non-empty folders directly below `prefix`: for `s/`, the ids of all shares. */
  folders(prefix: string): AsyncIterable<string>

  /**
   * Deletes any number of entries, in batches; of an entry with a version, only that version. Missing entries are not an
   * error. A delete marker that hides content is deleted after that content, and kept if the content stays. Tries all
   * entries, then throws `left-behind` if the store reported success but only hid the content, else the error of the first
   * entry that was refused, naming it.
   */
  delete(entries: readonly ObjectEntry[]): Promise<void>

  /** The public address of a key, `https://…` or `file://…`, whether or not it is readable there. */
  url(key: string): string

  /**
   * Creates a presigned URL that opens a private object for the given number of seconds (a week at most). Absent if the
   * store has none.
   */
  presign?(key: string, seconds: number): Promise<PresignedLink>

  /** Addresses at which an anonymous request would list this store if it is allowed; empty for a local folder. */
  listings(): string[]

  /** Absent for a local folder, where write access implies delete access. */
  remote?: RemoteStore

  /** Closes connections. Do not use the store afterwards. */
  close(): void
}

/** Small objects, such as manifests, of one store that are read at the same time. */
export const MAX_CONCURRENT_READS = 16

/** Reads a whole listing into an array. */
export async function collect<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const entry of listing) all.push(entry)
  return all
}
