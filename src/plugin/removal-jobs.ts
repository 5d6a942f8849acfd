import { loadSettings } from "../config/load.ts"
import { assertTrusted } from "../config/trust.ts"
import { ShareError } from "../errors.ts"
import { isEqualSecret } from "../lib/hash.ts"
import { findShares, type ShareName } from "../share/find-share.ts"
import type { Ledger } from "../share/ledger.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import { withForgetHint } from "../share/remove-many.ts"
import { type Removal, unshare } from "../share/unshare.ts"
import { type JobContext, type JobOf, openRememberedStore } from "./job-context.ts"

/** Removes a share that the user has unshared. Throws `bad-input` for a wrong secret, and what `unshare` throws. */
export async function removeShared({ id, secret }: JobOf<"unshare">, context: JobContext): Promise<SharesRemoval> {
  const entry = await context.ledger.find(id)
  if (entry?.secret !== undefined && secret !== undefined && !isEqualSecret(secret, entry.secret))
    throw new ShareError("bad-input", `Wrong secret for share ${id}.`)
  return removeShares({ id }, context)
}

/** Removal of all shares of one name. */
export interface SharesRemoval extends Pick<Removal, "proven" | "note"> {
  count: number
}

/** Removes the shares of a session, or one share. Throws what `unshare` throws. */
export async function removeShares(
  name: ShareName,
  { system, configuration, ledger }: JobContext,
): Promise<SharesRemoval> {
  const settings = loadSettings({}, system, configuration)
  const shares = await findShares(name, {
    ledger,
    destination: settings.destination,
    open: openRememberedStore,
    confirm: () => assertTrusted(settings, system),
  })
  const removals: Removal[] = []
  for (const share of shares)
    removals.push(
      await unshare(share, ledger).catch((error: unknown) => {
        throw error instanceof ShareError ? withForgetHint(error, share.id) : error
      }),
    )
  const notes = removals.flatMap(({ note }) => note ?? [])
  const proven = removals.every(({ proven }) => proven)
  return { count: shares.length, proven, ...(notes.length > 0 && { note: notes.join(" ") }) }
}

/** Removes a share that is recorded in the ledger, if it still is. */
export async function removeRecorded(id: string, ledger: Ledger): Promise<void> {
  const entry = await ledger.find(id)
  if (!entry) return
  const store = await openRememberedStore(entry.destination)
  await unshare({ id, url: entry.url ?? store.url(prefixOf(id) + INDEX), store, entry }, ledger)
}
