import { ShareError } from "../errors.ts"
import { sha256 } from "../lib/hash.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type AnonymousView, compareWithSent, isPubliclyListable, viewAnonymously } from "./anonymous-access.ts"
import { describeView } from "./describe-view.ts"
import { INDEX, prefixOf } from "./manifest.ts"

/** Access to a link. */
export interface LinkAccess {
  /** Whether an anonymous reader gets the page; null if unknown, or if `seen` is neither yes nor no. */
  public: boolean | null
  /** Response to an anonymous request; `local`: the link opens on this machine only; `unknown`: not checked. */
  seen: AnonymousView["seen"] | "local" | "unknown"
  /** For display, unless the link is simply public. */
  note?: string
}

/**
 * Verifies a link before it is shown: reads the page back from the store, and requests it anonymously to see who can
 * open it and how it is served. Throws `store-failed` if the store returns different content, and what the store throws.
 * @param hash SHA-256 of `index.html` as uploaded, hexadecimal
 * @param before the hash of the version that readers had before
 */
export async function verifyReadable(
  store: ObjectStore,
  id: string,
  hash: string,
  url: string,
  before?: string,
): Promise<LinkAccess> {
  const key = prefixOf(id) + INDEX
  const isLocal = url.startsWith("file:")
  // In parallel: the requests are independent.
  const [stored, view, listable] = await Promise.all([
    store.get(key),
    isLocal ? undefined : viewAnonymously(url, id),
    Promise.all(store.listings().map((address) => isPubliclyListable(address))),
  ])
  if (!stored || sha256(stored) !== hash)
    throw new ShareError("store-failed", `${store.name} returned different content for ${key} than was uploaded.`, {
      hint: "Run the same command again; if it fails again, another program may be writing to the same prefix.",
    })
  if (!view) return { public: false, seen: "local", note: "Only this machine can open the link." }
  const seen = await compareWithSent(view, { hash, before }, url, id)
  const { says, remedy } = describeView(seen) ?? {}
  const isListed =
    listable.includes(true) &&
    "Anyone can list this bucket and so find every share in it: remove public s3:ListBucket access."
  const note = [says, remedy, isListed].filter(Boolean).join(" ")
  return { public: isPublic(seen), seen: seen.seen, ...(note !== "" && { note }) }
}

function isPublic({ seen }: AnonymousView): boolean | null {
  if (seen === "page" || seen === "older" || seen === "changed") return true
  return seen === "refused" || seen === "missing" ? false : null
}
