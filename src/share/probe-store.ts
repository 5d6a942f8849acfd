import { ShareError } from "../errors.ts"
import { sha256 } from "../lib/hash.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Lifetime } from "./expiry.ts"
import { openLedger } from "./ledger.ts"
import { INDEX, prefixOf } from "./manifest.ts"
import { describeRetention } from "./retention.ts"
import { emptyPrefix, unshare } from "./unshare.ts"
import { type LinkAccess, verifyReadable } from "./verify-readable.ts"

/** A scratch share of one empty page, to test a store. */
export function createProbe(store: ObjectStore, id: string) {
  const prefix = prefixOf(id)
  const key = prefix + INDEX
  const url = store.url(key)
  const body = new TextEncoder().encode(
    `<!doctype html><meta name="robots" content="noindex"><meta name="share" content="${id}"><title>A trial</title>\n`,
  )
  return {
    key,
    url,
    /** SHA-256 of the page, hexadecimal. */
    hash: sha256(body),
    /** Lists and deletes before anything is stored. */
    checkPermissions: async () => store.remote?.checkPermissions(prefix),
    put: () => store.put(key, { body, contentType: "text/html; charset=utf-8", cacheControl: "no-cache" }),
    // Without a ledger: the probe is not recorded as a share.
    remove: () => unshare({ id, url, store }, openLedger("")),
  }
}

/**
 * Tests a store end to end: uploads a scratch page, opens its link anonymously, and removes it. Returns who could read it.
 * Throws what sharing and unsharing would throw, naming any leftovers. A bucket that locks every object is refused unless
 * that is accepted; then nothing is uploaded and readability is unknown.
 */
export async function probeStore(store: ObjectStore, id: string, options: RetentionOptions = {}): Promise<LinkAccess> {
  const isLocked = await checkRetention(store, options)
  const { url, hash, remove } = createProbe(store, id)
  return runProbe(store, id, isLocked, { public: null, seen: "unknown" }, async () => {
    const seen = await verifyReadable(store, id, hash, url)
    await remove()
    return seen
  })
}

/**
 * Verifies in about ten requests that shares in a store can be deleted: uploads a scratch page, reads it, lists it, deletes
 * it, and checks that every version is gone. Only talks to the store. Throws an error that names the missing permission,
 * and any leftovers. Returns `locked` if the store locks every object and that is accepted: then only permissions were
 * tested and nothing was uploaded.
 */
export async function verifyErasable(
  store: ObjectStore,
  id: string,
  options: RetentionOptions = {},
): Promise<"proven" | "locked"> {
  const isLocked = await checkRetention(store, options)
  const { key, hash } = createProbe(store, id)
  return runProbe<"proven" | "locked">(store, id, isLocked, "locked", async () => {
    const stored = await store.get(key)
    if (!stored || sha256(stored) !== hash)
      throw new ShareError("store-failed", `${store.name} returns ${key} with different content than was stored.`, {
        hint: "Check for a proxy or gateway that changes objects on the way to the bucket.",
      })
    if ((await emptyPrefix(store, id)) === 0)
      throw new ShareError("store-failed", `${store.name} does not list ${key}, so a removal could not be proven.`, {
        hint: "Check that the service lists new objects immediately.",
      })
    return "proven"
  })
}

export interface RetentionOptions {
  /** Share even if every object is locked for a time. */
  acceptRetention?: boolean | undefined
  /** Time to live of the share, if known. */
  lifetime?: Lifetime | undefined
}

/** Whether a store locks every new object. Throws `store-denied` if it does and that is not accepted. */
async function checkRetention(store: ObjectStore, { acceptRetention, lifetime }: RetentionOptions): Promise<boolean> {
  const retention = await store.remote?.retention()
  if (!retention) return false
  if (acceptRetention) return true
  throw new ShareError(
    "store-denied",
    `A share in ${store.name} could not be taken back: ${describeRetention(retention, lifetime, new Date())}.`,
    {
      hint: "Use a bucket without a default retention; or accept it: share --accept-retention, for the server OPENCODE_BUCKET_ACCEPT_RETENTION=true.",
    },
  )
}

async function runProbe<T>(
  store: ObjectStore,
  id: string,
  isLocked: boolean,
  ifLocked: T,
  work: () => Promise<T>,
): Promise<T> {
  const { checkPermissions, put, key } = createProbe(store, id)
  await checkPermissions()
  // An interrupted probe may have left objects.
  if (store.remote) await emptyPrefix(store, id)
  if (isLocked) return ifLocked
  try {
    await put()
    return await work()
  } catch (error) {
    // Report the original error, but clean up first.
    const isGone = await emptyPrefix(store, id).then(
      () => true,
      () => false,
    )
    if (!(error instanceof ShareError)) throw error
    const told = error.cause instanceof ShareError ? error.cause : error
    throw isGone ? told : withLeftover(told, `${store.name}/${key}`)
  }
}

/** Adds to an error that the probe's page may still exist. */
function withLeftover(error: ShareError, where: string): ShareError {
  const { code, message, hint, cause } = error
  const rest = `An empty test page may still be there: ${where}`
  return new ShareError(code, message, { hint: hint === undefined ? rest : `${hint} ${rest}`, cause })
}
