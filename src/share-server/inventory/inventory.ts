import { mapConcurrently } from "../../lib/concurrency.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../../store/object-store.ts"
import { hasTombstone } from "../shares/ownership.ts"
import { changeOf, mergeChanges, withRead } from "./inventory-changes.ts"
import type { InventoryChange, InventoryEntry } from "./inventory-entry.ts"
import { deleteEntries, listInventory, readChanges, writeBase, writeChanges } from "./inventory-objects.ts"

/**
 * All shares of the server with what administrators and readers ask for, from the bucket alone. It may be seconds behind
 * the changes of other instances, and an hour behind those of one that was killed; so whatever acts on a share reads the
 * share itself.
 */
export interface Inventory {
  /** Records that a share was created, published or removed. */
  change(id: string): void
  /** Records that a share was read. */
  read(id: string): void
  /** All shares, most recently updated first; `isComplete`: false until the first scan of the bucket has ended. */
  list(): Promise<{ entries: readonly InventoryEntry[]; isComplete: boolean }>
  /** Begins a scan of all shares. Give it all ids, then end it. */
  beginScan(): InventoryScan
  /**
   * Writes what was changed to the bucket, and deletes there what it says of removed shares; also done every half
   * minute. Throws what the store throws.
   */
  flush(): Promise<void>
}

export interface InventoryScan {
  add(id: string): Promise<void>
  /** Replaces the stored inventory by the shares that were added. */
  end(): Promise<void>
}

/** Memory of what is in the bucket is dropped after this time without a request. */
const IDLE_MS = 600_000
const HOUR_MS = 3_600_000

const MAX_LOAD_ATTEMPTS = 3

/** The content of the bucket: changes of the newest base, if there is one, and those since. */
interface Loaded {
  /** Keys of the objects. */
  keys: string
  base: InventoryChange[] | undefined
  recent: InventoryChange[]
}

export function inventory(store: ObjectStore, now: () => Date): Inventory {
  const changed = new Set<string>()
  const reads = new Map<string, string>()
  /** The hour in which each share was last recorded as read. */
  let recorded = { hour: 0, ids: new Set<string>() }
  /** Changes by key of their object. Objects are never replaced. */
  let loaded = new Map<string, readonly InventoryChange[]>()
  /** The list that the objects with these keys make. */
  let listed: { keys: string; entries: readonly InventoryEntry[] } = { keys: "", entries: [] }
  let idle: NodeJS.Timeout | undefined

  async function writeChanged(): Promise<void> {
    const [ids, lastReads] = [[...changed], [...reads]]
    if (ids.length + lastReads.length === 0) return
    changed.clear()
    reads.clear()
    try {
      const described = await mapConcurrently(ids, MAX_CONCURRENT_READS, (id) => changeOf(store, id, now().getTime()))
      await writeChanges(store, [...described, ...lastReads.map(([id, read]) => ({ id, read }))], now().getTime())
      await forgetRemoved(described)
    } catch (error) {
      for (const id of ids) changed.add(id)
      for (const [id, read] of lastReads) if (!reads.has(id)) reads.set(id, read)
      throw error
    }
  }

  // One after another: whoever lists waits for changes that are being written.
  let writing: Promise<void> = Promise.resolve()
  const flush = () => {
    writing = writing.then(writeChanged, writeChanged)
    return writing
  }

  /** Deletes what the bucket still says of the shares that these changes removed. */
  async function forgetRemoved(changes: readonly InventoryChange[]): Promise<void> {
    const absent = changes.flatMap((change) => ("removed" in change ? [change.id] : []))
    // A share that is not published yet is absent as well, and in no object.
    const tombstones = await mapConcurrently(absent, MAX_CONCURRENT_READS, (id) => hasTombstone(store, id))
    const removed = new Set(absent.filter((_, n) => tombstones[n]))
    if (removed.size === 0) return
    for (const [key, left] of await deleteEntries(store, removed)) if (loaded.has(key)) loaded.set(key, left)
  }

  async function load(attempt = 1): Promise<Loaded> {
    const { base, changes } = await listInventory(store, now().getTime())
    const keys = [...(base ?? []), ...changes]
    const read = await mapConcurrently(
      keys,
      MAX_CONCURRENT_READS,
      async (key) => loaded.get(key) ?? readChanges(store, key),
    )
    // Replaced by a newer base while it was read.
    if (read.includes(undefined) && attempt < MAX_LOAD_ATTEMPTS) return load(attempt + 1)
    loaded = new Map(keys.map((key, n) => [key, read[n] ?? []]))
    clearTimeout(idle)
    idle = setTimeout(() => {
      loaded = new Map()
      listed = { keys: "", entries: [] }
    }, IDLE_MS).unref()
    const changesIn = (keys: readonly string[]) => keys.flatMap((key) => loaded.get(key) ?? [])
    return { keys: keys.join(), base: base && changesIn(base), recent: changesIn(changes) }
  }

  return {
    flush,
    change: (id) => void changed.add(id),
    read(id) {
      const hour = Math.floor(now().getTime() / HOUR_MS)
      if (recorded.hour !== hour) recorded = { hour, ids: new Set() }
      if (recorded.ids.has(id)) return
      recorded.ids.add(id)
      reads.set(id, new Date(hour * HOUR_MS).toISOString())
    },
    async list() {
      await flush()
      const { keys, base, recent } = await load()
      if (listed.keys !== keys) {
        const entries = [...mergeChanges([...(base ?? []), ...recent]).values()]
        listed = { keys, entries: entries.sort((a, b) => (a.updated < b.updated ? 1 : -1)) }
      }
      return { entries: listed.entries, isComplete: base !== undefined }
    },
    beginScan() {
      const startMs = now().getTime()
      const found: InventoryChange[] = []
      return {
        async add(id) {
          const change = await changeOf(store, id, now().getTime())
          if ("entry" in change) found.push(change)
        },
        async end() {
          const { base = [], recent } = await load()
          const previous = mergeChanges([...base, ...recent])
          const ids = new Set(found.map(({ id }) => id))
          // Shares that the scan has not met: removed meanwhile, created meanwhile, or not readable for a moment.
          const others = new Set([...previous.keys(), ...recent.map(({ id }) => id)].filter((id) => !ids.has(id)))
          const looked = await mapConcurrently(others, MAX_CONCURRENT_READS, (id) =>
            changeOf(store, id, now().getTime()),
          )
          const all = [...found, ...looked].map((change) => withRead(change, previous.get(change.id)?.read))
          await writeBase(store, all, startMs)
          await store.delete((await listInventory(store, now().getTime())).obsolete)
          // Another instance may have written an entry while its share was removed.
          await forgetRemoved([...looked, ...(await load()).recent])
        },
      }
    },
  }
}
