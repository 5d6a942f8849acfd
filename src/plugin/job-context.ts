import { type Configuration, openConfiguration } from "../config/opencode.ts"
import { ledgerFolder, type SystemEnvironment, systemEnvironment } from "../config/paths.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { presignedPages } from "../export/presigned-page.ts"
import { type Ledger, openLedger } from "../share/ledger.ts"
import type { ShareOptions } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Destination, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import type { WorkerJob } from "./worker-client.ts"

export type JobOf<Name extends WorkerJob["job"]> = Extract<WorkerJob, { job: Name }>

/** Context of a job of the worker. */
export interface JobContext {
  /** The environment, with the project's folder as the working directory. */
  system: SystemEnvironment
  configuration: Configuration
  ledger: Ledger
}

export function jobContext(folder = process.cwd()): JobContext {
  const system = { ...systemEnvironment(), cwd: folder }
  return {
    system,
    configuration: openConfiguration(system),
    ledger: openLedger(ledgerFolder(system)),
  }
}

const stores = new Map<string, Promise<ObjectStore>>()

/** Opens a store once and keeps it open, so that later updates reuse its connections and credentials. */
export function openCachedStore(destination: Destination): Promise<ObjectStore> {
  const name = JSON.stringify(destination)
  const store = stores.get(name) ?? openStore(destination)
  stores.set(name, store)
  store.catch(() => stores.delete(name))
  return store
}

/** Opens a store to find or remove existing shares, also with settings that are no longer valid for new ones. */
export const openRememberedStore = (destination: Destination): Promise<ObjectStore> =>
  openCachedStore(destination).catch(() => openStore(destination, { fromLedger: true }))

/** The options of `share()` that are the same for every job. Throws what the store throws. */
export async function shareOptions(destination: Destination, { system, configuration, ledger }: JobContext) {
  const store = await openCachedStore(destination)
  const now = () => new Date()
  return {
    store,
    ledger,
    extend: presignedPages({ store, now }),
    mayShare: ({ directory }) => assertSharingAllowed(system, directory || system.cwd, configuration),
    version,
    now,
    newId: newShareId,
  } satisfies Partial<ShareOptions>
}
