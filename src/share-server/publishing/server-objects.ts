import type { ObjectEntry, ObjectStore } from "../../store/object-store.ts"
import { batchNameOf } from "../items/batches.ts"
import { chosenExpiryKey } from "../shares/chosen-expiry.ts"
import { serverPrefixOf } from "../shares/json-objects.ts"
import { leaseKeyOf } from "./lease.ts"

/** Objects below a share's prefix that only the server uses, from one listing. */
export interface ServerObjects {
  hasOwner: boolean
  hasLease: boolean
  hasChosenExpiry: boolean
  batches: ObjectEntry[]
  /** Names of the batches. */
  names: Set<string>
  /** The bucket keeps versions, so that a key alone does not delete everything. */
  isVersioned: boolean
  /** Version of objects in a bucket without versions, as its service names it. */
  version: string | undefined
}

export async function listServerObjects(store: ObjectStore, id: string): Promise<ServerObjects> {
  const found: ServerObjects = {
    ...{ hasOwner: false, hasLease: false, hasChosenExpiry: false, isVersioned: false, version: undefined },
    ...{ batches: [], names: new Set() },
  }
  const prefix = serverPrefixOf(id)
  for await (const entry of store.list(prefix)) {
    const { key, version, hides } = entry
    if (version !== undefined && version !== "null") found.isVersioned = true
    found.version = version
    if (key === `${prefix}owner.json`) found.hasOwner ||= hides !== true
    if (key === chosenExpiryKey(id)) found.hasChosenExpiry ||= hides !== true
    if (key === leaseKeyOf(id)) found.hasLease = true
    const name = batchNameOf(key)
    if (name === undefined) continue
    found.names.add(name)
    found.batches.push(entry)
  }
  return found
}
