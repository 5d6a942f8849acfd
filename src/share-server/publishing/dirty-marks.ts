import { collect, type ObjectEntry, type ObjectStore } from "../../store/object-store.ts"
import { putJson } from "../shares/json-objects.ts"

const FOLDER = "pending/"

/** Key of the dirty mark of a batch: it has the batch's name. */
export const dirtyMarkKey = (id: string, batchName: string): string => `${FOLDER}${id}/${batchName}.json`

/**
 * Marks a share as dirty before a batch of it is stored: from now on, any instance can finish what this one leaves. The
 * mark is deleted when the batch has been published.
 */
export async function addDirtyMark(store: ObjectStore, id: string, batchName: string): Promise<void> {
  await putJson(store, dirtyMarkKey(id, batchName), {})
}

export const listDirtyMarks = (store: ObjectStore, id: string): Promise<ObjectEntry[]> =>
  collect(store.list(`${FOLDER}${id}/`))

/** A mark without a batch belongs to an interrupted request once it is this old. */
const ORPHAN_AGE_MS = 600_000

/** The marks of batches that have been published, and of those that were never stored. */
export async function listFinishedMarks(
  store: ObjectStore,
  id: string,
  published: ReadonlySet<string>,
  nowMs: number,
): Promise<ObjectEntry[]> {
  const names = (await listDirtyMarks(store, id)).map((entry) => ({ entry, name: nameOf(entry.key) }))
  const isOrphan = (name: string) => nowMs - Number.parseInt(name.split("-")[0] ?? "", 36) > ORPHAN_AGE_MS
  return names.filter(({ name }) => published.has(name) || isOrphan(name)).map(({ entry }) => entry)
}

const nameOf = (key: string) => key.slice(key.lastIndexOf("/") + 1, -".json".length)

/** Ids of the shares that have a dirty mark. */
export const listDirtyShares = (store: ObjectStore): AsyncIterable<string> => store.folders(FOLDER)
