import { randomBytes } from "node:crypto"
import { collect, type ObjectEntry, type ObjectStore } from "../store/object-store.ts"
import { putJson } from "./batches.ts"

const FOLDER = "pending/"

/** Notes durably that readers do not see all of a share yet, so that any instance can finish what another one left. */
export async function addDirtyMark(store: ObjectStore, id: string): Promise<void> {
  await putJson(store, `${FOLDER}${id}/${randomBytes(9).toString("hex")}.json`, {})
}

/** The notes about a share. To be read before what they are about; deleted when that is seen, they take no later one along. */
export const listDirtyMarks = (store: ObjectStore, id: string): Promise<ObjectEntry[]> =>
  collect(store.list(`${FOLDER}${id}/`))

/** The shares about which there is a note. */
export const listDirtyShares = (store: ObjectStore): AsyncIterable<string> => store.folders(FOLDER)
