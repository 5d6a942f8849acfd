export interface StoredVersion {
  key: string
  /** `null` for an object written while versioning was off. */
  version: string
  deleteMarker: boolean
  body: Buffer
  headers: Record<string, string>
}

/** What a delete did: the version that is gone, and the delete marker that came instead. */
export interface Deletion {
  version?: string
  marker?: string
}

/** The content of one bucket, with S3's rules for versions. */
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

  /** The object that a reader sees, or the version that is asked for. */
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

  /** Every version and delete marker, sorted by key, the newest of each first. */
  versions(): StoredVersion[] {
    return [...this.#stored.keys()].sort(byBytes).flatMap((key) => this.#stored.get(key) ?? [])
  }

  /** What a reader sees. */
  current(): StoredVersion[] {
    return this.versions().filter((one) => this.#stored.get(one.key)?.[0] === one && !one.deleteMarker)
  }

  #newVersion(): string {
    // Not in the order of time, as in S3.
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
