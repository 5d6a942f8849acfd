import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { INDEX, prefixOf } from "./manifest.ts"
import { canStrangerList, openAsStranger } from "./stranger.ts"

/** What is known of who can open a link. */
export interface Readable {
  /** Whether a stranger can; null where that cannot be told from here. */
  public: boolean | null
  /** For people, where there is more to say than that it is public. */
  note?: string
}

/**
 * Makes sure that a link opens before it is shown: the store gives the page back as it was sent, and a stranger's request
 * tells who else may see it. Throws `store-failed` when the store gives something else, and what the store throws.
 * @param hash SHA-256 of `index.html` as it was sent, hexadecimal
 */
export async function proveReadable(store: ObjectStore, id: string, hash: string, url: string): Promise<Readable> {
  const key = prefixOf(id) + INDEX
  const isLocal = url.startsWith("file:")
  // All at once: none of them hangs on another's answer.
  const [stored, view, listable] = await Promise.all([
    store.get(key),
    isLocal ? undefined : openAsStranger(url, id),
    Promise.all(store.listings().map((address) => canStrangerList(address))),
  ])
  if (!stored || sha256(stored) !== hash)
    throw new ShareError("store-failed", `${store.name} does not give ${key} back as it was sent.`, {
      hint: "Run the same command again; if that does not help, somebody else may be writing to the same place.",
    })
  if (!view) return { public: false, note: "Only this machine can open the link." }
  if (view.sees === "unreachable")
    return { public: null, note: `Whether others can open the link cannot be told from here (${view.reason}).` }
  if (view.sees === "other")
    return {
      public: false,
      note: `The link is not public: who opens it without signing in is answered ${view.status}.`,
    }
  if (listable.includes(true))
    return {
      public: true,
      note: "Everybody can list this bucket, and so find every share in it: take s3:ListBucket away from the public.",
    }
  if (sha256(view.body) === hash) return { public: true }
  return { public: true, note: `A cache in front still shows an older version${view.served && ` (${view.served})`}.` }
}

/** What is known of a link that should be dead. */
export interface Gone {
  /** Whether a stranger's request has shown it; false where the link cannot be reached from here. */
  proven: boolean
  /** For people, why it is not proven. */
  note?: string
}

/** Opens the link of a share that is deleted as a stranger would. Throws `left-behind` when it still shows the page. */
export async function proveGone(store: ObjectStore, id: string, url: string): Promise<Gone> {
  const view = await openAsStranger(url, id)
  if (view.sees === "page")
    throw new ShareError("left-behind", `Share ${id} is deleted from ${store.name}, but ${url} still shows it.`, {
      hint: view.served
        ? `A cache in front serves it (${view.served}): purge it there, then run the same command again.`
        : "A cache in front serves it: purge it there, or wait and run the same command again.",
    })
  if (view.sees === "other") return { proven: true }
  const note = `The bucket holds nothing of it any more; the link itself cannot be reached from here (${view.reason}).`
  return { proven: false, note }
}

const sha256 = (body: Uint8Array) => createHash("sha256").update(body).digest("hex")
