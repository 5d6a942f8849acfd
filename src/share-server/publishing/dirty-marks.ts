import { randomBytes } from "node:crypto"
import { collect, type ObjectEntry, type ObjectStore } from "../../store/object-store.ts"
import { putJson } from "../shares/json-objects.ts"

const FOLDER = "pending/"

/**
 * Marks a share as dirty: stored items are not published yet. Durable, so that any instance can finish what another one
 * left.
 */
export async function addDirtyMark(store: ObjectStore, id: string): Promise<void> {
  await putJson(store, `${FOLDER}${id}/${randomBytes(9).toString("hex")}.json`, {})
}

/**
 * The dirty marks of a share. Read them before the items, and delete exactly these after publishing: marks that were
 * added in between stay.
 */
export const listDirtyMarks = (store: ObjectStore, id: string): Promise<ObjectEntry[]> =>
  collect(store.list(`${FOLDER}${id}/`))

/** Ids of the shares that have a dirty mark. */
export const listDirtyShares = (store: ObjectStore): AsyncIterable<string> => store.folders(FOLDER)
