import path from "node:path"
import { sha256 } from "../../lib/hash.ts"
import { canonicalTo, type Destination } from "../../store/open-store.ts"
import { isShareId } from "../share-id.ts"
import type { LedgerFiles } from "./ledger-files.ts"

/** Records of probes: whether what is shared to a destination is known to be deletable. */
export interface ProbeRecords {
  /**
   * Whether a probe has succeeded with these credentials; undefined if no probe was recorded for the destination.
   * `identity`: see `RemoteStore.identity`.
   */
  isProven(destination: Destination, identity: string): Promise<boolean | undefined>
  /** Records that a probe succeeded, which ends the probe. */
  markVerified(destination: Destination, identity: string): Promise<void>
  /**
   * Runs a probe of a destination under a lock. `work` receives the id of an interrupted probe, whose leftovers it must
   * remove, else the fresh id, which is recorded before anything is stored under it.
   */
  withProbe<T>(destination: Destination, fresh: string, work: (id: string) => Promise<T>): Promise<T>
}

/** Results of the probes of one destination. */
interface ProbeRecord {
  /** Identities with which a probe has succeeded; absent if none has. */
  proven?: string[]
  /** Id of a probe that has not ended. */
  unfinished?: string
}

/** Identities recorded for one destination; older ones are dropped. */
const MAX_IDENTITIES = 20

/** Identifies the place of a destination, whatever its spelling and credentials. */
export const locationOf = ({ to, endpoint = "" }: Destination): string => JSON.stringify([canonicalTo(to), endpoint])

export function probeRecords(files: LedgerFiles): ProbeRecords {
  const fileOf = (destination: Destination) => path.join(files.folder, `${sha256(locationOf(destination))}.trials`)

  async function read(file: string): Promise<ProbeRecord> {
    const { proven, unfinished } = ((await files.readJson(file)) ?? {}) as Partial<Record<keyof ProbeRecord, unknown>>
    return {
      ...(Array.isArray(proven) && { proven: proven.map(String) }),
      ...(typeof unfinished === "string" && isShareId(unfinished) && { unfinished }),
    }
  }

  return {
    async isProven(destination, identity) {
      const { proven } = await read(fileOf(destination))
      return proven?.includes(identity)
    },
    markVerified: (destination, identity) =>
      files.wrapErrors(async () => {
        const file = fileOf(destination)
        const { proven = [] } = await read(file)
        const others = proven.filter((each) => each !== identity)
        await files.writeJson(file, { proven: [...others, identity].slice(-MAX_IDENTITIES) } satisfies ProbeRecord)
      }),
    withProbe(destination, fresh, work) {
      const file = fileOf(destination)
      return files.whileLocked(`${file}.lock`, async () => {
        const record = await read(file)
        const id = record.unfinished ?? fresh
        if (id === fresh)
          await files.wrapErrors(() => files.writeJson(file, { ...record, unfinished: id } satisfies ProbeRecord))
        return work(id)
      })
    },
  }
}
