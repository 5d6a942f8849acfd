import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type AnonymousView, compareWithSent, isPubliclyListable, viewAnonymously } from "./anonymous-access.ts"
import { describeView } from "./describe-view.ts"
import { INDEX, prefixOf } from "./manifest.ts"

/** What is known of who can open a link. */
export interface LinkAccess {
  /** Whether a stranger gets the page; null where that cannot be told, or `seen` is neither yes nor no. */
  public: boolean | null
  /** What a stranger gets; `local`: the link opens on this machine only; `unknown`: nobody has asked. */
  seen: AnonymousView["seen"] | "local" | "unknown"
  /** For people, where there is more to say than that it is public. */
  note?: string
}

/**
 * Makes sure that a link opens before it is shown: the store gives the page back as it was sent, and a stranger's request
 * tells who else may see it, and as what. Throws `store-failed` when the store gives something else, and what the store
 * throws.
 * @param hash SHA-256 of `index.html` as it was sent, hexadecimal
 * @param before the same of the version that readers had until now
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
  // All at once: none of them hangs on another's answer.
  const [stored, view, listable] = await Promise.all([
    store.get(key),
    isLocal ? undefined : viewAnonymously(url, id),
    Promise.all(store.listings().map((address) => isPubliclyListable(address))),
  ])
  if (!stored || createHash("sha256").update(stored).digest("hex") !== hash)
    throw new ShareError("store-failed", `${store.name} does not give ${key} back as it was sent.`, {
      hint: "Run the same command again; if that does not help, somebody else may be writing to the same place.",
    })
  if (!view) return { public: false, seen: "local", note: "Only this machine can open the link." }
  const seen = await compareWithSent(view, { hash, before }, url, id)
  const { says, remedy } = describeView(seen) ?? {}
  const isListed =
    listable.includes(true) &&
    "Everybody can list this bucket, and so find every share in it: take s3:ListBucket away from the public."
  const note = [says, remedy, isListed].filter(Boolean).join(" ")
  return { public: isPublic(seen), seen: seen.seen, ...(note !== "" && { note }) }
}

function isPublic({ seen }: AnonymousView): boolean | null {
  if (seen === "page" || seen === "older" || seen === "changed") return true
  return seen === "refused" || seen === "missing" ? false : null
}
