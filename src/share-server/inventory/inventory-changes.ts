import type { ObjectStore } from "../../store/object-store.ts"
import { describeShare, type InventoryChange, type InventoryEntry } from "./inventory-entry.ts"

/** Looks at a share. @param at the time before that */
export async function changeOf(store: ObjectStore, id: string, at: number): Promise<InventoryChange> {
  const entry = await describeShare(store, id)
  return entry ? { id, at, entry } : { id, at, removed: true }
}

/** Adds the last read to an entry. */
export function withRead(change: InventoryChange, read: string | undefined): InventoryChange {
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
