import type { ObjectStore } from "./object-store.ts"
import { type Destination, openStore } from "./open-store.ts"

/** Stores that hold existing shares, each opened once. */
export interface StoreCache {
  /** Opens the store of a destination that the ledger recorded. Throws what `openStore` throws. */
  open(destination: Destination): Promise<ObjectStore>
  close(): Promise<void>
}

/** @param profile replaces that of every destination: credentials may differ from those used for sharing */
export function storeCache({ profile }: { profile?: string | undefined } = {}): StoreCache {
  const opened = new Map<string, Promise<ObjectStore>>()
  return {
    open(destination) {
      const place = profile === undefined ? destination : { ...destination, profile }
      const name = JSON.stringify(place)
      const store = opened.get(name) ?? openStore(place, { fromLedger: true })
      opened.set(name, store)
      return store
    },
    async close() {
      for (const store of await Promise.allSettled(opened.values()))
        if (store.status === "fulfilled") store.value.close()
    },
  }
}
