import { mapConcurrently } from "../../lib/concurrency.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../../store/object-store.ts"
import { describeShare, type InventoryChange, type InventoryEntry } from "./inventory-entry.ts"
import { listInventory, readChanges, writeBase, writeChanges } from "./inventory-objects.ts"

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
  /** Writes what was changed to the bucket; also done every half minute. Throws what the store throws. */
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

export function inventory(store: ObjectStore, now: () => Date): Inventory {
  const changed = new Set<string>()
  const reads = new Map<string, string>()
  /** The hour in which each share was last recorded as read. */
  let recorded = { hour: 0, ids: new Set<string>() }
  /** Changes by key of their object. Objects are never replaced. */
  let loaded = new Map<string, readonly InventoryChange[]>()
  let idle: NodeJS.Timeout | undefined

  async function flush(): Promise<void> {
    const [ids, lastReads] = [[...changed], [...reads]]
    if (ids.length + lastReads.length === 0) return
    changed.clear()
    reads.clear()
    try {
      const described = await mapConcurrently(ids, MAX_CONCURRENT_READS, (id) => changeOf(store, id, now().getTime()))
      await writeChanges(store, [...described, ...lastReads.map(([id, read]) => ({ id, read }))], now().getTime())
    } catch (error) {
      for (const id of ids) changed.add(id)
      for (const [id, read] of lastReads) if (!reads.has(id)) reads.set(id, read)
      throw error
    }
  }

  async function load(attempt = 1): Promise<{ changes: InventoryChange[]; isComplete: boolean }> {
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
    }, IDLE_MS).unref()
    return { changes: [...loaded.values()].flat(), isComplete: base !== undefined }
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
      const { changes, isComplete } = await load()
      const entries = [...mergeChanges(changes).values()]
      return { entries: entries.sort((a, b) => (a.updated < b.updated ? 1 : -1)), isComplete }
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
          const previous = mergeChanges((await load()).changes)
          const ids = new Set(found.map(({ id }) => id))
          // What recent changes list and the scan has not met: removed meanwhile, or created.
          const others = [...previous.keys()].filter((id) => !ids.has(id))
          const looked = await mapConcurrently(others, MAX_CONCURRENT_READS, (id) =>
            changeOf(store, id, now().getTime()),
          )
          const all = [...found, ...looked].map((change) => withRead(change, previous.get(change.id)?.read))
          await writeBase(store, all, startMs)
          await store.delete((await listInventory(store, now().getTime())).obsolete)
        },
      }
    },
  }
}

async function changeOf(store: ObjectStore, id: string, at: number): Promise<InventoryChange> {
  const entry = await describeShare(store, id)
  return entry ? { id, at, entry } : { id, at, removed: true }
}

function withRead(change: InventoryChange, read: string | undefined): InventoryChange {
  return "entry" in change && read !== undefined ? { ...change, entry: { ...change.entry, read } } : change
}

/** Merges changes in any order: the latest look at a share holds, and its latest read. */
export function mergeChanges(changes: Iterable<InventoryChange>): Map<string, InventoryEntry> {
  const latest = new Map<string, Exclude<InventoryChange, { read: string }>>()
  const reads = new Map<string, string>()
  const noteRead = (id: string, read: string | undefined) => {
    if (read !== undefined && read > (reads.get(id) ?? "")) reads.set(id, read)
  }
  for (const change of changes) {
    if ("read" in change) {
      noteRead(change.id, change.read)
      continue
    }
    if ("entry" in change) noteRead(change.id, change.entry.read)
    if (change.at >= (latest.get(change.id)?.at ?? 0)) latest.set(change.id, change)
  }
  const entries = new Map<string, InventoryEntry>()
  for (const [id, change] of latest)
    if ("entry" in change) entries.set(id, reads.has(id) ? { ...change.entry, read: reads.get(id) } : change.entry)
  return entries
}
