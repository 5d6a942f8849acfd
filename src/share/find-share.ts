import path from "node:path"
import { fileURLToPath } from "node:url"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import type { Ledger, LedgerEntry } from "./ledger.ts"
import { INDEX, prefixOf, readManifest } from "./manifest.ts"
import { isShareId } from "./share-id.ts"

/** A share that was asked for, and where it is. */
export interface FoundShare {
  id: string
  url: string
  store: ObjectStore
  /** What this machine remembers of it, if it does. */
  entry?: LedgerEntry
}

export interface FindSharesOptions {
  ledger: Ledger
  /** The destination of the settings: where to look for what the ledger does not know. */
  destination: Destination
  open: (destination: Destination) => Promise<ObjectStore>
  /** Called before the destination of the settings is used; throws if that is not agreed to. */
  confirm: () => Promise<void>
}

/** What somebody may call a share: its link, its id, or the session that is shared. */
export type ShareName = { link: string; id: string } | { id: string } | { session: string }

/** Reads a link, an id or a session id. Throws `bad-usage` for anything else. */
export function parseShareName(text: string): ShareName {
  const inLink = /^(?:https?|file):\/\/[^?#]*\/s\/([^/?#]+)(?:[/?#]|$)/.exec(text)?.[1]
  if (inLink && isShareId(inLink)) return { link: text, id: inLink }
  if (isShareId(text)) return { id: text }
  if (/^ses_[A-Za-z0-9]+$/.test(text)) return { session: text }
  throw new ShareError("bad-usage", `"${text}" is neither the link of a share, nor its id, nor a session id.`, {
    hint: '"opencode-bucket list" shows what is shared.',
  })
}

/** What this machine remembers of the shares that go by a name. */
export const findInLedger = async (name: ShareName, ledger: Ledger): Promise<LedgerEntry[]> =>
  (await ledger.all()).filter((entry) => ("id" in name ? entry.id === name.id : entry.session === name.session))

/**
 * Finds the shares that go by a name: in the ledger, else at the destination of the settings, where the bucket's own
 * manifests tell which session is in which share. A link or an id that nobody knows is answered with where it would be:
 * whether it is there, only the store can say. A session without a share gives an empty list.
 * Throws `share-not-found` for a link that leads elsewhere than the settings, and what the store throws.
 */
export async function findShares(
  name: ShareName,
  { ledger, destination, open, confirm }: FindSharesOptions,
): Promise<FoundShare[]> {
  const known = await findInLedger(name, ledger)
  if (known.length > 0)
    return Promise.all(
      known.map(async (entry) => {
        const store = await open(entry.destination)
        return { id: entry.id, url: entry.url ?? store.url(prefixOf(entry.id) + INDEX), store, entry }
      }),
    )

  if ("link" in name && name.link.startsWith("file:")) return [await atFileLink(name.link, name.id, open)]
  await confirm()
  const store = await open(destination)
  if ("session" in name) return findInBucket(store, name.session)
  const url = store.url(prefixOf(name.id) + INDEX)
  if ("link" in name && !name.link.startsWith(url.slice(0, -INDEX.length)))
    throw new ShareError(
      "share-not-found",
      `${name.link} is not a link into ${store.name}, where the settings point.`,
      {
        hint: "Name the bucket it is in with --to (and --endpoint, --public-url).",
      },
    )
  return [{ id: name.id, url, store }]
}

async function atFileLink(link: string, id: string, open: FindSharesOptions["open"]): Promise<FoundShare> {
  const file = fileURLToPath(link.replace(/[?#].*$/, ""))
  const to = file.slice(0, file.lastIndexOf(path.join(path.sep, "s", id)))
  return { id, url: link, store: await open({ to }) }
}

/** Manifests that are read at once. */
const MAX_CONCURRENT_COUNT = 16

/** Every share of a session that a place holds, as its manifests tell: whoever has made it, from whatever machine. */
export async function findInBucket(store: ObjectStore, session: string): Promise<FoundShare[]> {
  const found: FoundShare[] = []
  const reading = new Set<Promise<void>>()
  const look = async (id: string) => {
    const manifest = await readManifest(store, id).catch(() => undefined)
    if (manifest?.session === session) found.push({ id, url: store.url(prefixOf(id) + INDEX), store })
  }
  for await (const id of store.folders("s/")) {
    if (!isShareId(id)) continue
    const read = look(id).finally(() => reading.delete(read))
    reading.add(read)
    if (reading.size >= MAX_CONCURRENT_COUNT) await Promise.race(reading)
  }
  await Promise.all(reading)
  return found
}
