import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Lifetime } from "./expiry.ts"
import { openLedger } from "./ledger.ts"
import { INDEX, prefixOf } from "./manifest.ts"
import { describeRetention } from "./retention.ts"
import { emptyPrefix, unshare } from "./unshare.ts"
import { type LinkAccess, verifyReadable } from "./verify-readable.ts"

/** A share of a page that says nothing, to see what a store can do. */
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
    hash: createHash("sha256").update(body).digest("hex"),
    /** Lists and deletes before anything is there. */
    rehearse: async () => store.remote?.rehearse(prefix),
    put: () => store.put(key, { body, contentType: "text/html; charset=utf-8", cacheControl: "no-cache" }),
    // No ledger: nobody was told of it.
    remove: () => unshare({ id, url, store }, openLedger("")),
  }
}

/**
 * Shares a page that says nothing, opens its link as a stranger would, and removes it again: what a store has to be able
 * to do, done once. Throws what it cannot do, as sharing and unsharing would, with what stays of it; gives who could read
 * it. A bucket that locks every object is refused first, unless that is accepted: then nothing is put there, and who can
 * read is not known.
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
 * Proves that what is shared at a place can be taken back, in about ten requests: puts a page that says nothing, reads it,
 * finds it listed, deletes it and sees it gone, every version included. Asks nobody but the store. Throws what stands in
 * the way, naming the right that is missing, and what stays of the trial if that cannot be removed. Gives `locked` where the
 * place locks every object and that is accepted: then nothing was put there, and only the rights were tried.
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
    if (!stored || createHash("sha256").update(stored).digest("hex") !== hash)
      throw new ShareError("store-failed", `${store.name} does not give ${key} back as it was sent.`, {
        hint: "Something between here and the bucket changes objects: a proxy, or a gateway with rules of its own.",
      })
    if ((await emptyPrefix(store, id)) === 0)
      throw new ShareError("store-failed", `${store.name} does not list ${key}, so a removal could not be proven.`, {
        hint: "See whether the service lists new objects at once.",
      })
    return "proven"
  })
}

export interface RetentionOptions {
  /** Share although every object is locked for a time. */
  acceptRetention?: boolean | undefined
  /** How long the share is to live, where that is known. */
  lifetime?: Lifetime | undefined
}

/** Whether a place locks every new object. Throws `store-denied` where it does and that is not accepted. */
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
  const { rehearse, put, key } = createProbe(store, id)
  await rehearse()
  // One that was cut short may have left something.
  if (store.remote) await emptyPrefix(store, id)
  if (isLocked) return ifLocked
  try {
    await put()
    return await work()
  } catch (error) {
    // What stopped it is what there is to say; what is there of it should not stay.
    const isGone = await emptyPrefix(store, id).then(
      () => true,
      () => false,
    )
    if (!(error instanceof ShareError)) throw error
    const told = error.cause instanceof ShareError ? error.cause : error
    throw isGone ? told : withLeftover(told, `${store.name}/${key}`)
  }
}

/** The same error, saying that the page of the trial may still be there. */
function withLeftover(error: ShareError, where: string): ShareError {
  const { code, message, hint, cause } = error
  const rest = `The page of the trial may still be there, and says nothing: ${where}`
  return new ShareError(code, message, { hint: hint === undefined ? rest : `${hint} ${rest}`, cause })
}
