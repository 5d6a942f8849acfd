import type { Content } from "../lib/temporary-files.ts"

/** One object to store. `body` is the plain content: a store may compress it on the way and must give it back plain. */
export interface StoredObject {
  body: Content
  /** Complete, with the charset where there is one: `text/html; charset=utf-8`. */
  contentType: string
  cacheControl: string
}

/** One thing that a listing shows: an object, or in a bucket that keeps versions one version or delete marker of it. */
export interface ObjectEntry {
  /** Relative to the store, such as `s/V1StGXR8_Z5jdHi6B-myT/2.html`. */
  key: string
  /** Bytes as stored; 0 for a delete marker. */
  size: number
  /** Set where the bucket tells versions apart; absent where there is only the object itself. */
  version?: string
  /** The newest version of its key is this delete marker: readers see nothing of what is below it. */
  hides?: true
}

/** The default retention of a bucket with object lock: every new object is locked for so long, whoever deletes it. */
export interface Retention {
  /** In lower case: `governance` (some may lift it) or `compliance` (nobody may). */
  mode: string
  days: number
}

/**
 * What is asked of a place across a network before anything real goes there, since others decide what is allowed in it:
 * see `proveErasable`.
 */
export interface RemotePlace {
  /** Tells this place, as these credentials reach it, from every other one. A hash: holds nothing secret. */
  identity(): Promise<string>
  /** The default retention; undefined where there is none, or where the place does not tell. */
  retention(): Promise<Retention | undefined>
  /**
   * Lists below `s/<id>/`, and deletes an object there that does not exist. Throws what stands in the way of taking a
   * share back, naming the right that is missing, before anything is stored. Leaves nothing, or the error says what.
   */
  rehearse(prefix: string): Promise<void>
  /** Throws `store-denied` where the place keeps old versions that its listing does not show: "nothing is listed" proves nothing there. */
  checkListing(prefix: string): Promise<void>
}

/** What a reader on the web asks for, in the words of HTTP (RFC 9110). */
export interface ReadOptions {
  /** `If-None-Match`: what the reader has already. */
  ifNoneMatch?: string | undefined
  /** `Range`. A place may give all of it instead; what is stored compressed is never given in part. */
  range?: string | undefined
  /** Without the content. */
  head?: boolean | undefined
}

/** An answer for a reader on the web. */
export interface ReadAnswer {
  /** Content; a part of it; the reader has it already; there is no such part. */
  status: 200 | 206 | 304 | 416
  /** In lower case: `etag` always, `content-type`, `content-length`, `content-encoding`, `content-range`, `cache-control`. */
  headers: Record<string, string>
  /** As stored: with a `content-encoding` it is compressed. To be read to its end or cancelled. */
  body: ReadableStream<Uint8Array> | undefined
}

/** A link that opens an object for whoever has it, and until when. */
export interface SignedLink {
  url: string
  until: Date
  /** Why it ends then, or may end before, for people; where there is more to say. */
  note?: string
}

/**
 * A place that holds objects: a bucket, a folder inside a bucket, or a local folder.
 *
 * Keys are made by this package alone (ids, hashes, fixed names): `[A-Za-z0-9._-]` between slashes, no `.` or `..`
 * segment. A store refuses any other key with `bad-input`.
 *
 * Every method throws a `ShareError` whose code begins with `store-` when the place refuses or fails. The contract is
 * spelled out by the suite in `test/store/contract.ts`, which every implementation passes unchanged.
 */
export interface ObjectStore {
  /** What to call this place in front of people: `s3://team-shares/folder`, or the folder's path. */
  readonly name: string

  /** Stores an object whole or not at all; replaces what was there. */
  put(key: string, object: StoredObject): Promise<void>

  /** The plain content, or undefined where there is no such object. */
  get(key: string): Promise<Uint8Array | undefined>

  /** The content for a reader on the web, as a stream; undefined where there is no such object. */
  read(key: string, options?: ReadOptions): Promise<ReadAnswer | undefined>

  /**
   * Everything whose key begins with `prefix` (which ends in `/`, so that `s/abc/` never shows `s/abcd/…`), old
   * versions and delete markers included, however many pages the listing has. Throws rather than stop half-way.
   */
  list(prefix: string): AsyncIterable<ObjectEntry>

  /** The names directly below `prefix` that have something below them: for `s/`, the ids of all shares. */
  folders(prefix: string): AsyncIterable<string>

  /**
   * Deletes these entries, of a version that version only; one that is already gone is no error. In any number:
   * requests are batched. A delete marker that hides content goes after that content, and stays where that does. Throws `left-behind` when the place says done but has only hidden the content, and
   * otherwise the error of the first entry that was refused, naming it, after all others have been tried.
   */
  delete(entries: readonly ObjectEntry[]): Promise<void>

  /** Where the world would find this key: `https://…`, or `file://…`. Says nothing of whether it may. */
  url(key: string): string

  /**
   * A link by which whoever has it gets the object, for so many seconds (a week at most), though nobody else may. Absent
   * where there is no such thing.
   */
  signed?(key: string, seconds: number): Promise<SignedLink>

  /** Addresses at which the world would list this place, if it let it; none where nothing can be listed from outside. */
  listings(): string[]

  /** Absent for a folder of this machine: whoever may write there may delete. */
  remote?: RemotePlace

  /** Ends open connections. The store is not used afterwards. */
  close(): void
}

/** All of a listing at once. */
export async function collect<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const entry of listing) all.push(entry)
  return all
}
