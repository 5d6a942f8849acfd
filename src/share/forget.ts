import { existsSync } from "node:fs"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, parseDestination } from "../store/open-store.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { prefixOf } from "./manifest.ts"
import { withTimeout } from "./with-timeout.ts"

/** Whether a store still holds a share that is to be forgotten, and the evidence. */
export interface StoredState {
  holds: "nothing" | "objects" | "unknown"
  /** For display: `no request for it has ever reached the store`. */
  why: string
}

const FORGET_TIMEOUT_MS = 10_000

/** Checks whether anything of a share is stored: in the ledger, else at the store. Never throws a `ShareError`. */
export async function storedState(
  entry: LedgerEntry,
  open: (destination: Destination) => Promise<ObjectStore>,
  timeoutMs = FORGET_TIMEOUT_MS,
): Promise<StoredState> {
  if (entry.unsent) return { holds: "nothing", why: "no request for it has ever reached the store" }
  try {
    const { to } = entry.destination
    const parsed = parseDestination(to)
    if (parsed.kind === "directory" && !existsSync(parsed.folder))
      return {
        holds: "nothing",
        why: `the folder ${parsed.folder} does not exist (if it is on an unmounted drive, the share still exists there)`,
      }
    const store = await withTimeout(open(entry.destination), to, timeoutMs)
    const first = await withTimeout(
      store.list(prefixOf(entry.id))[Symbol.asyncIterator]().next(),
      store.name,
      timeoutMs,
    )
    if (first.done) return { holds: "nothing", why: "its store lists no objects of it" }
    return { holds: "objects", why: `${store.name} still holds ${first.value.key}` }
  } catch (error) {
    if (!(error instanceof ShareError)) throw error
    if (error.code === "store-bucket-missing") return { holds: "nothing", why: "its bucket does not exist" }
    return { holds: "unknown", why: error.message.replace(/\.$/, "") }
  }
}

/** Removes a share from the ledger without deleting anything. Waits for a process that is publishing it. */
export const forgetShare = (entry: LedgerEntry, ledger: Ledger): Promise<void> =>
  ledger.withLock(entry, () => ledger.drop(entry), { timeoutMs: FORGET_TIMEOUT_MS })
