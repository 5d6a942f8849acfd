import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import type { Destination } from "../store/open-store.ts"
import { isTime } from "./expires.ts"
import type { Ledger } from "./ledger.ts"
import { INDEX, type Manifest, prefixOf, readManifest } from "./manifest.ts"
import { isShareId } from "./share-id.ts"

/** One line of `list`. Times are ISO 8601, UTC. */
export interface ListedShare {
  id: string
  url: string
  session: string
  title: string
  /** Where it is: `s3://team-shares`, or a folder. */
  store: string
  /**
   * `shared`; `unfinished`: a share or its removal was cut short, the same command finishes it; `gone`: removed from
   * elsewhere; `unknown`: the store could not be asked; `unreadable`: its manifest is damaged, or of a newer version.
   */
  state: "shared" | "unfinished" | "gone" | "unknown" | "unreadable"
  created: string
  updated: string
  /** When it ends, or ended: it stays until it is pruned. Null: never. */
  expires: string | null
  /** Until when the signed link opens that was given last, if there is one. */
  signed?: string
  /** Bytes in all, before compression. */
  bytes: number
}

export interface ListOptions {
  ledger: Ledger
  open: (destination: Destination) => Promise<ObjectStore>
  /** Also everything in this store that the ledger does not know: what others, or other machines, have shared. */
  alsoIn?: ObjectStore
}

/** What is shared, oldest first: what this machine knows, each asked of its store. Never throws for a single share. */
export async function listShares({ ledger, open, alsoIn }: ListOptions): Promise<ListedShare[]> {
  const shares: ListedShare[] = []
  const entries = await ledger.all()
  const asked = await Promise.all(
    entries.map(async (entry) => {
      const store = await open(entry.destination)
      return { entry, store, manifest: await readManifest(store, entry.id).catch(whyNot) }
    }),
  )
  for (const { entry, store, manifest } of asked) {
    const { id, session, title, created, updated } = entry
    const told = typeof manifest === "string" ? manifest : undefined
    const found = typeof manifest === "string" ? undefined : manifest
    const unfinished = entry.state !== "published" || (found && found.state !== "published")
    const state = told ?? (unfinished ? "unfinished" : found ? "shared" : "gone")
    const url = entry.url ?? store.url(prefixOf(id) + INDEX)
    const bytes = found ? bytesOf(found) : 0
    const expires = isTime(entry.expires) ? entry.expires : null
    const signed = isTime(entry.signed) ? { signed: entry.signed } : {}
    shares.push({ id, url, session, title, store: store.name, state, created, updated, expires, ...signed, bytes })
  }
  if (alsoIn) shares.push(...(await strangers(alsoIn, new Set(entries.map(({ id }) => id)))))
  return shares.sort((a, b) => a.created.localeCompare(b.created))
}

async function strangers(store: ObjectStore, known: Set<string>): Promise<ListedShare[]> {
  const shares: ListedShare[] = []
  for await (const id of store.folders("s/")) {
    if (!isShareId(id) || known.has(id)) continue
    const told = await readManifest(store, id).catch(whyNot)
    const manifest = typeof told === "string" ? undefined : told
    const { session = "", title = "", created = "", updated = "" } = manifest ?? {}
    const state = typeof told === "string" ? told : told?.state === "published" ? "shared" : "unfinished"
    const url = store.url(prefixOf(id) + INDEX)
    const expires = isTime(manifest?.expires) ? manifest.expires : null
    const bytes = manifest ? bytesOf(manifest) : 0
    shares.push({ id, url, session, title, store: store.name, state, created, updated, expires, bytes })
  }
  return shares
}

/** Why a manifest could not be read. */
const whyNot = (error: unknown) =>
  error instanceof ShareError && error.code === "bad-input" ? ("unreadable" as const) : ("unknown" as const)

const bytesOf = ({ objects }: Manifest) => Object.values(objects).reduce((sum, { size }) => sum + size, 0)
