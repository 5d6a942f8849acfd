export interface StoredVersion {
  key: string
  /** `null` for an object written while versioning was off. */
  version: string
  deleteMarker: boolean
  body: Buffer
  headers: Record<string, string>
}

/** Result of a delete: the removed version, and the delete marker in its place. */
export interface Deletion {
  version?: string
  marker?: string
}

/** Contents of a bucket, with S3's versioning rules. */
export class Bucket {
  /** Newest first, by key. */
  readonly #stored = new Map<string, StoredVersion[]>()
  #count = 0
  keepsVersions: boolean

  constructor(keepsVersions: boolean) {
    this.keepsVersions = keepsVersions
  }

  put(key: string, body: Buffer, headers: Record<string, string>): string {
    return this.#add({ key, version: this.#newVersion(), deleteMarker: false, body, headers })
  }

  /** The current object, or the given version. */
  get(key: string, version?: string): StoredVersion | undefined {
    const all = this.#stored.get(key) ?? []
    const found = version === undefined ? all[0] : all.find((one) => one.version === version)
    return found?.deleteMarker === true ? undefined : found
  }

  delete(key: string, version?: string): Deletion {
    if (version === undefined && this.keepsVersions) {
      const marker = this.#newVersion()
      this.#add({ key, version: marker, deleteMarker: true, body: Buffer.alloc(0), headers: {} })
      return { marker }
    }
    const all = this.#stored.get(key) ?? []
    const gone = version ?? "null"
    const removed = all.find((one) => one.version === gone)
    const left = all.filter((one) => one !== removed)
    if (left.length === 0) this.#stored.delete(key)
    else this.#stored.set(key, left)
    return { ...(version === undefined ? {} : { version }), ...(removed?.deleteMarker ? { marker: gone } : {}) }
  }

  /** All versions and delete markers, sorted by key, newest first. */
  versions(): StoredVersion[] {
    return [...this.#stored.keys()].sort(byBytes).flatMap((key) => this.#stored.get(key) ?? [])
  }

  /** Objects that readers see. */
  current(): StoredVersion[] {
    return this.versions().filter((one) => this.#stored.get(one.key)?.[0] === one && !one.deleteMarker)
  }

  #newVersion(): string {
    // Not in chronological order, as in S3.
    return this.keepsVersions ? `v${((++this.#count * 7919) % 1_000_003).toString(36)}-${this.#count}` : "null"
  }

  #add(stored: StoredVersion): string {
    const others = (this.#stored.get(stored.key) ?? []).filter(
      (one) => one.version !== "null" || stored.version !== "null",
    )
    this.#stored.set(stored.key, [stored, ...others])
    return stored.version
  }
}

export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
