import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"

const stores = new Map<string, Promise<ObjectStore>>()

/** Opens a store once and keeps it open, so that later updates reuse its connections and credentials. */
export function openCachedStore(destination: Destination): Promise<ObjectStore> {
  const name = JSON.stringify(destination)
  const store = stores.get(name) ?? openStore(destination)
  stores.set(name, store)
  store.catch(() => stores.delete(name))
  return store
}

/** Opens a store to find or remove existing shares, also with settings that are no longer valid for new ones. */
export const openRememberedStore = (destination: Destination) =>
  openCachedStore(destination).catch(() => openStore(destination, { fromLedger: true }))
