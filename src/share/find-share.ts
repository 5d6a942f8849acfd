import path from "node:path"
import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import { mapConcurrently } from "../lib/concurrency.ts"
import { pastedLink } from "../lib/pasted-link.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { INDEX, prefixOf, readManifest } from "./manifest.ts"
import { isShareId } from "./share-id.ts"

/** A share and the store that holds it. */
export interface FoundShare {
  id: string
  url: string
  store: ObjectStore
  /** This machine's ledger entry, if there is one. */
  entry?: LedgerEntry
}

export interface FindSharesOptions {
  ledger: Ledger
  /** The configured destination, searched for shares that are not in the ledger. */
  destination: Destination
  open: (destination: Destination) => Promise<ObjectStore>
  /** Called before the configured destination is used; throws if the user declines. */
  confirm: () => Promise<void>
}

/** A way to name a share: by its link, by its id, or by the session that is shared. */
export type ShareName = { link: string; id: string } | { id: string } | { session: string }

/** Parses a link, a share id or a session id. Throws `bad-usage` for other text. */
export function parseShareName(given: string): ShareName {
  const text = pastedLink(given)
  const inLink = /^(?:https?|file):\/\/[^?#]*\/s\/([^/?#]+)(?:[/?#]|$)/.exec(text)?.[1]
  if (inLink && isShareId(inLink)) return { link: text, id: inLink }
  if (isShareId(text)) return { id: text }
  if (/^ses_[A-Za-z0-9]+$/.test(text)) return { session: text }
  throw new ShareError("bad-usage", `"${text}" is neither the link of a share, nor its id, nor a session id.`, {
    hint: '"opencode-bucket list" shows what is shared.',
  })
}

/** This machine's ledger entries for a name. */
export async function findInLedger(name: ShareName, ledger: Ledger): Promise<LedgerEntry[]> {
  if ("session" in name) return (await ledger.all()).filter(({ session }) => session === name.session)
  const entry = await ledger.find(name.id)
  return entry ? [entry] : []
}

/**
 * Finds shares by name: in the ledger, else at the configured destination, where manifests map sessions to shares. An
 * unknown link or id resolves to where the share would be, without checking that it exists. A session without a share
 * gives an empty list.
 *
 * Throws `share-not-found` if a link does not point into the configured destination, and what the store throws.
 */
export async function findShares(
  name: ShareName,
  { ledger, destination, open, confirm }: FindSharesOptions,
): Promise<FoundShare[]> {
  const entries = await findInLedger(name, ledger)
  if (entries.length > 0)
    return Promise.all(
      entries.map(async (entry) => {
        const store = await open(entry.destination)
        return { id: entry.id, url: entry.url ?? store.url(prefixOf(entry.id) + INDEX), store, entry }
      }),
    )

  if ("link" in name && name.link.startsWith("file:")) return [await atFileLink(name.link, name.id, open)]
  await confirm()
  const store = await open(destination)
  if ("session" in name) return findInBucket(store, name.session)
  const url = store.url(prefixOf(name.id) + INDEX)
  if ("link" in name && !isBelow(name.link, url.slice(0, -INDEX.length)))
    throw new ShareError(
      "share-not-found",
      `${name.link} is not a link into ${store.name}, where the settings point.`,
      {
        hint: "Name the bucket it is in with --to (and --endpoint, --public-url).",
      },
    )
  return [{ id: name.id, url, store }]
}

/** Whether a link, with or without a slash at its end, leads to this address or below it. */
const isBelow = (link: string, address: string) =>
  `${link.replace(/[?#].*$/, "")}/`.startsWith(URL.canParse(address) ? new URL(address).href : address)

async function atFileLink(link: string, id: string, open: FindSharesOptions["open"]): Promise<FoundShare> {
  const file = fileURLToPath(link.replace(/[?#].*$/, ""))
  const to = file.slice(0, file.lastIndexOf(path.join(path.sep, "s", id)))
  return { id, url: link, store: await open({ to }) }
}

/** Finds every share of a session in a store by reading its manifests, including shares from other machines and users. */
export async function findInBucket(store: ObjectStore, session: string): Promise<FoundShare[]> {
  const found = await mapConcurrently(store.folders("s/"), MAX_CONCURRENT_READS, async (id) => {
    const manifest = isShareId(id) ? await readManifest(store, id).catch(() => undefined) : undefined
    return manifest?.session === session ? [{ id, url: store.url(prefixOf(id) + INDEX), store }] : []
  })
  return found.flat()
}
