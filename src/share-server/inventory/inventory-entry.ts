import { readManifest } from "../../share/manifest.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { hasTombstone, readOwner } from "../shares/ownership.ts"
import { findTokenByHash } from "../shares/tokens.ts"

/** A share as the inventory lists it. Times are ISO 8601, UTC. */
export interface InventoryEntry {
  id: string
  title: string
  /** Name of the session's folder; "" if it has none. */
  project: string
  /** Name of the publish token. */
  token: string
  /** E-mail address of the token's owner, in lower case; "" if it has none. */
  owner: string
  /** Size of its published objects, uncompressed. */
  bytes: number
  created: string
  updated: string
  expires?: string | undefined
  /** When it was last read, to the hour. */
  read?: string | undefined
}

/** A change of the inventory, as it is stored. */
export type InventoryChange =
  /** `at`: when the share was looked at, in milliseconds since 1970. */
  | { id: string; at: number; entry: InventoryEntry }
  | { id: string; at: number; removed: true }
  | { id: string; read: string }

/** Describes a share; undefined if it was removed, or the server does not own it. Throws what the store throws. */
export async function describeShare(store: ObjectStore, id: string): Promise<InventoryEntry | undefined> {
  const [owner, manifest, isRemoved] = await Promise.all([
    readOwner(store, id),
    readManifest(store, id),
    hasTombstone(store, id),
  ])
  if (!owner || !manifest || isRemoved) return undefined
  const token = await findTokenByHash(store, owner.token)
  const { title, project = "", created, updated, expires, objects } = manifest
  const bytes = Object.values(objects).reduce((sum, { size }) => sum + size, 0)
  const person = token?.owner?.trim().toLowerCase() ?? ""
  return { id, title, project, token: token?.name ?? owner.name, owner: person, bytes, created, updated, expires }
}
