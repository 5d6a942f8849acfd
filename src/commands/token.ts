import { ShareError } from "../errors.ts"
import { mapConcurrently } from "../lib/concurrency.ts"
import { formatCount } from "../lib/format-count.ts"
import { formatTime } from "../lib/format-time.ts"
import { shareIdsOf } from "../share-server/shares/ownership.ts"
import { closeShares, deleteClosed } from "../share-server/shares/removal.ts"
import {
  createTokens,
  listRevoked,
  listTokens,
  revokeToken,
  rotateToken,
  tokensNamed,
} from "../share-server/shares/tokens.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../store/object-store.ts"
import { openStore } from "../store/open-store.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { writeJson } from "./json.ts"
import { info, oneLine, type Terminal } from "./terminal.ts"

export interface TokenFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  owner?: string
  admin?: boolean
  unshare?: boolean
}

/** `token create <name...>`: prints the tokens; they are stored only as hashes. Of several, each line has the name last. */
export async function tokenCreateCommand(names: string[], flags: TokenFlags, terminal: Terminal): Promise<void> {
  const { owner, admin } = flags
  const role = admin ? "admin" : undefined
  const tokens = await inBucket(flags, terminal, (store) =>
    createTokens(store, { names, owner, role, now: new Date() }),
  )
  const [only] = tokens
  if (flags.json) writeJson(terminal, tokens.length === 1 ? only! : { tokens })
  else if (tokens.length === 1) terminal.stdout.write(`${only!.token}\n`)
  else terminal.stdout.write(tokens.map(({ name, token }) => `${token}  ${oneLine(name)}\n`).join(""))
  const use = admin
    ? `For the admin API: "Authorization: Bearer <token>".`
    : `In OpenCode's configuration: "enterprise": {"url": "<the server's address>/${tokens.length === 1 ? only!.token : "<token>"}"}`
  info(
    terminal,
    flags.quiet || flags.json,
    `Save ${tokens.length === 1 ? "the token now; it" : "the tokens now; they"} will not be shown again. ${use}`,
  )
}

/** `token list`: prints names, owners and dates, including revoked tokens that still have shares. The tokens themselves are not stored. */
export async function tokenListCommand(flags: TokenFlags, terminal: Terminal): Promise<void> {
  const { tokens, revoked } = await inBucket(flags, terminal, async (store) => {
    const counted = await mapConcurrently(await listRevoked(store), MAX_CONCURRENT_READS, async (token) => ({
      ...token,
      shares: (await shareIdsOf(store, token.hash)).size,
    }))
    return { tokens: await listTokens(store), revoked: counted.filter(({ shares }) => shares > 0) }
  })
  const withoutHash = <T extends { hash: string; replaces?: string[] }>({ hash: _, replaces: _old, ...shown }: T) =>
    shown
  if (flags.json) {
    const shown = { tokens: tokens.map(withoutHash), revoked: revoked.map(withoutHash) }
    return writeJson(terminal, shown)
  }
  if (tokens.length + revoked.length === 0) return info(terminal, flags.quiet, "No tokens.")
  const line = ({ name, owner, role, created }: (typeof tokens)[number], more = "") =>
    `${formatTime(created)}  ${oneLine(name)}${owner ? `  (${oneLine(owner)})` : ""}${role === "admin" ? "  admin" : ""}${more}\n`
  const stays = ({ shares }: { shares: number }) =>
    `  revoked, ${formatCount(shares, "share remains", "shares remain")}`
  terminal.stdout.write(
    [...tokens.map((token) => line(token)), ...revoked.map((token) => line(token, stays(token)))].join(""),
  )
}

/** `token rotate <name>`: prints a new token with the name, owner and shares of the old one. */
export async function tokenRotateCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  const token = await inBucket(flags, terminal, (store) => rotateToken(store, { name, now: new Date() }))
  if (flags.json) writeJson(terminal, { name, token })
  else terminal.stdout.write(`${token}\n`)
  info(
    terminal,
    flags.quiet || flags.json,
    `Save the token now; it will not be shown again. The old token of ${name} is revoked; the new one can update and remove its shares.`,
  )
}

/** `token revoke <name>`: revokes the token. With `--unshare`, also removes its shares. */
export async function tokenRevokeCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  const result = await inBucket(flags, terminal, (store) => revokeNamed(store, name, flags.unshare === true))
  const { owner, shares } = result
  if (flags.json) writeJson(terminal, { revoked: name, ...(flags.unshare ? { removed: shares } : { shares }) })
  else info(terminal, flags.quiet, `Revoked ${oneLine(name)}. ${fateOf(name, shares, flags.unshare === true, owner)}`)
}

function fateOf(name: string, shares: number, isRemoved: boolean, owner: string | undefined): string {
  const count = formatCount(shares, "share")
  if (shares === 0) return "It has no shares."
  if (isRemoved) return `Removed its ${count}.`
  const byOwner = owner === undefined ? "" : `${oneLine(owner)} can remove them on the server's page /mine; `
  return `Its ${formatCount(shares, "share remains", "shares remain")}: ${byOwner}"opencode-bucket token revoke ${oneLine(name)} --unshare" removes all of them.`
}

async function revokeNamed(store: ObjectStore, name: string, isUnsharing: boolean) {
  const all = await tokensNamed(store, name)
  const isActive = all.some(({ revoked }) => revoked === undefined)
  // A token that is already revoked may still have shares to remove.
  if (isActive || !isUnsharing || all.length === 0) await revokeToken(store, name, new Date())
  const ids = new Set<string>()
  for (const { hash } of all) for (const id of await shareIdsOf(store, hash)) ids.add(id)
  if (isUnsharing) await unshareAll(store, ids)
  return { owner: all[0]?.owner, shares: ids.size }
}

async function unshareAll(store: ObjectStore, ids: Iterable<string>): Promise<void> {
  const failed = await deleteClosed(store, await closeShares(store, ids, new Date()))
  if (failed.length === 0) return
  throw new ShareError(
    "left-behind",
    `${formatCount(failed.length, "share")} of this token can no longer be read, but could not be deleted completely.`,
    { hint: "Run the same command again; the server tries again every hour, too." },
  )
}

async function inBucket<T>(
  flags: TokenFlags,
  terminal: Terminal,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const settings = settingsFromFlags(flags, terminal)
  await confirmDestination(settings, flags, terminal)
  const store = await openStore(settings.destination)
  try {
    return await work(store)
  } finally {
    store.close()
  }
}
