import type { ObjectStore } from "../../store/object-store.ts"
import { encodeBatch, newBatchName, storeBatch } from "../items/batches.ts"
import { addDirtyMark } from "./dirty-marks.ts"

/** Has a share published again though nothing of it has changed, by any instance. */
export async function requestPublishing(store: ObjectStore, id: string): Promise<void> {
  const body = encodeBatch({ items: [] })
  const name = newBatchName(body)
  await addDirtyMark(store, id, name)
  await storeBatch(store, id, name, body)
}
