import { createHash } from "node:crypto"
import type { ObjectStore } from "../store/object-store.ts"
import { openLedger } from "./ledger.ts"
import { INDEX, prefixOf } from "./manifest.ts"
import { proveReadable, type Readable } from "./prove.ts"
import { unshare } from "./unshare.ts"

/**
 * Shares a page that says nothing, opens its link as a stranger would, and removes it again: what a store has to be able
 * to do, done once. Throws what it cannot do, as sharing and unsharing would; gives who could read it.
 */
export async function tryOut(store: ObjectStore, id: string): Promise<Readable> {
  const body = new TextEncoder().encode(
    `<!doctype html><meta name="robots" content="noindex"><meta name="share" content="${id}"><title>A trial</title>\n`,
  )
  const url = store.url(prefixOf(id) + INDEX)
  // No ledger: nobody was told of it.
  const remove = () => unshare({ id, url, store }, openLedger(""))
  try {
    await store.put(prefixOf(id) + INDEX, { body, contentType: "text/html; charset=utf-8", cacheControl: "no-cache" })
    const seen = await proveReadable(store, id, createHash("sha256").update(body).digest("hex"), url)
    await remove()
    return seen
  } catch (error) {
    // What stopped it is what there is to say; what is there of it should not stay.
    await remove().catch(() => {})
    throw error
  }
}
