import { existsSync } from "node:fs"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"
import type { Ledger, LedgerEntry } from "./ledger.ts"
import { prefixOf } from "./manifest.ts"
import { withTimeout } from "./with-timeout.ts"

/** What a store holds of a share that is to be forgotten, and how that is known. */
export interface StoredState {
  holds: "nothing" | "objects" | "unknown"
  /** For people: `no request of it has ever reached the store`. */
  why: string
}

/** The store is waited for so long. */
const TIMEOUT_MS = 10_000

/** Whether anything is stored of a share: by what the ledger knows, else by asking its store. Never throws a `ShareError`. */
export async function storedState(
  entry: LedgerEntry,
  open: (destination: Destination) => Promise<ObjectStore>,
  timeoutMs = TIMEOUT_MS,
): Promise<StoredState> {
  if (entry.unsent) return { holds: "nothing", why: "no request of it has ever reached the store" }
  try {
    const { to } = entry.destination
    const place = parseDestination(to)
    if (place.kind === "directory" && !existsSync(place.folder))
      return {
        holds: "nothing",
        why: `the folder ${place.folder} is not there (if it is on a drive that is not mounted, the share still is)`,
      }
    const store = await withTimeout(open(entry.destination), to, timeoutMs)
    const first = await withTimeout(
      store.list(prefixOf(entry.id))[Symbol.asyncIterator]().next(),
      store.name,
      timeoutMs,
    )
    if (first.done) return { holds: "nothing", why: "its store lists nothing of it" }
    return { holds: "objects", why: `${store.name} still holds ${first.value.key}` }
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    if (error.code === "store-bucket-missing") return { holds: "nothing", why: "its bucket does not exist" }
    return { holds: "unknown", why: error.message.replace(/\.$/, "") }
  }
}

/** Forgets a share on this machine, and deletes nothing. A process that is publishing it is waited for. */
export const forgetShare = (entry: LedgerEntry, ledger: Ledger): Promise<void> =>
  ledger.withLock(entry, () => ledger.drop(entry), { timeoutMs: TIMEOUT_MS })
