import { createHash } from "node:crypto"
import type { ObjectStore } from "../store/object-store.ts"
import { openLedger } from "./ledger.ts"
import { INDEX, prefixOf } from "./manifest.ts"
import { proveReadable, type Readable } from "./prove.ts"
import { unshare } from "./unshare.ts"

/** A share of a page that says nothing, to see what a store can do. */
export function trial(store: ObjectStore, id: string) {
  const key = prefixOf(id) + INDEX
  const url = store.url(key)
  const body = new TextEncoder().encode(
    `<!doctype html><meta name="robots" content="noindex"><meta name="share" content="${id}"><title>A trial</title>\n`,
  )
  return {
    key,
    url,
    /** SHA-256 of the page, hexadecimal. */
    hash: createHash("sha256").update(body).digest("hex"),
    put: () => store.put(key, { body, contentType: "text/html; charset=utf-8", cacheControl: "no-cache" }),
    // No ledger: nobody was told of it.
    remove: () => unshare({ id, url, store }, openLedger("")),
  }
}

/**
 * Shares a page that says nothing, opens its link as a stranger would, and removes it again: what a store has to be able
 * to do, done once. Throws what it cannot do, as sharing and unsharing would; gives who could read it.
 */
export async function tryOut(store: ObjectStore, id: string): Promise<Readable> {
  const { url, hash, put, remove } = trial(store, id)
  try {
    await put()
    const seen = await proveReadable(store, id, hash, url)
    await remove()
    return seen
  } catch (error) {
    // What stopped it is what there is to say; what is there of it should not stay.
    await remove().catch(() => {})
    throw error
  }
}
