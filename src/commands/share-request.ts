import type { LoadedSettings } from "../config/load.ts"
import { openConfiguration } from "../config/opencode.ts"
import { ledgerFolder } from "../config/paths.ts"
import { assertSharingAllowed } from "../config/share-mode.ts"
import { presignedPages } from "../export/presigned-page.ts"
import type { Selection } from "../session/select.ts"
import { expiryTime, type Lifetime } from "../share/expiry.ts"
import { type Ledger, openLedger } from "../share/ledger.ts"
import type { ShareOptions } from "../share/share.ts"
import { newShareId } from "../share/share-id.ts"
import { describeDestination } from "../store/describe-destination.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { isLocal, openStore } from "../store/open-store.ts"
import { version } from "../version.ts"
import type { ConfirmShareAllOptions } from "./confirm-share.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { parseLifetime } from "./lifetime.ts"
import { parseSelection, type SelectionFlags } from "./selection.ts"
import { canAsk, type Terminal } from "./terminal.ts"

/** Flags of `share`. */
export interface ShareFlags extends DestinationFlags, SelectionFlags {
  /** Lifetime of the share. */
  expires?: string
  /** Lifetime of the presigned link. */
  signed?: string
  /** Skip confirmation. */
  yes?: boolean
  /** Share to a bucket whose object lock prevents deletion for a time. */
  acceptRetention?: boolean
  json?: boolean
  quiet?: boolean
  open?: boolean
}

/** Settings of `share` and `share --all` before they read a session. */
export interface ShareRequest {
  settings: LoadedSettings
  selection: Selection
  lifetime: Lifetime | undefined
  store: ObjectStore
  ledger: Ledger
  /** Throws `sharing-disabled` if sharing is off in a folder: a session may come from another one than the command. */
  assertAllowedIn(folder: string): void
  /** Whether to ask before a new share: not for a local destination, without a terminal, or if the user said so. */
  isConfirmed: boolean
}

/**
 * Reads settings and flags, and opens the destination; asks whether a project may set it. The caller closes the store.
 * Throws `sharing-disabled`, `bad-settings`, `bad-usage`, and what the store throws.
 */
export async function openShareRequest(flags: ShareFlags, terminal: Terminal): Promise<ShareRequest> {
  const configuration = openConfiguration(terminal)
  const assertAllowedIn = (folder: string) => assertSharingAllowed(terminal, folder || terminal.cwd, configuration)
  assertAllowedIn(terminal.cwd)
  const settings = settingsFromFlags(flags, terminal, { configuration })
  const selection = parseSelection(flags)
  const lifetime = parseLifetime(flags.expires, settings.expires)
  await confirmDestination(settings, flags, terminal)
  const { destination, confirm } = settings
  return {
    settings,
    selection,
    lifetime,
    store: await openStore(destination),
    ledger: openLedger(ledgerFolder(terminal)),
    assertAllowedIn,
    isConfirmed: Boolean(flags.yes) || confirm === false || isLocal(destination) || !canAsk(terminal),
  }
}

const now = () => new Date()

/** The options of `share()` that follow from a request. */
export const shareOptionsOf = ({ settings, selection, lifetime, store, ledger }: ShareRequest) =>
  ({
    extend: presignedPages({ store, now }),
    store,
    ledger,
    destination: settings.destination,
    selection,
    lifetime,
    redact: settings.redact,
    version,
    now,
    newId: newShareId,
  }) satisfies Partial<ShareOptions>

/** Part of a request that a confirmation shows. */
export const confirmationOf = (
  { settings: { destination }, lifetime, store, ledger }: ShareRequest,
  terminal: Terminal,
): Omit<ConfirmShareAllOptions, "count" | "fresh"> => ({
  store,
  destination,
  ledger,
  lifetime,
  place: describeDestination(destination),
  ends: expiryTime(lifetime, new Date()),
  terminal,
})
