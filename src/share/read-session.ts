import { normalizeSession } from "../session/normalize.ts"
import type { SessionSource } from "../session/source.ts"
import type { Destination } from "../store/open-store.ts"
import type { LedgerEntry } from "./ledger/ledger-entry.ts"
import type { Ledger } from "./ledger.ts"
import { type Prepared, type PrepareOptions, prepare } from "./prepare.ts"
import { openResume, type Resume } from "./resume/resume.ts"

export interface ReadSessionOptions extends PrepareOptions {
  destination: Destination
  ledger: Ledger
  /** This package's version. */
  version: string
}

/** A session as it would be shared, before its share is created or updated. */
export interface SessionToShare extends Prepared {
  /** The session's working directory, or "", as stored: not redacted. */
  directory: string
  /** The part of the session that is shared: as requested, else as last time. */
  selection: NonNullable<PrepareOptions["selection"]>
  /** The ledger's entry of the session's share at this destination. */
  earlier: LedgerEntry | undefined
  resume: Pick<Resume, "plan">
}

/**
 * Reads a session as it would be shared: source → redact → select → normalize. What a checkpoint covers is not read again.
 * Calls `use` while the source is open. Throws what the source, `prepare` and `use` throw.
 */
export async function readSession<T>(
  source: SessionSource,
  options: ReadSessionOptions,
  use: (session: SessionToShare) => Promise<T>,
): Promise<T> {
  const { destination, ledger, version } = options
  return source.read(async (record) => {
    const { id, directory } = normalizeSession(record).info
    const earlier = await ledger.at(id, destination)
    const selection = { ...earlier?.selection, ...options.selection }
    const about = { redact: options.redact, selection }
    const resume = await openResume(ledger.checkpointFolder({ session: id, destination }), record, about, version)
    const prepared = await prepare(resume.record, about, resume.redaction)
    return use({ ...prepared, directory, selection, earlier, resume })
  })
}
