import { mapConcurrently } from "../share-server/concurrency.ts"
import { countShares, listShareIds, readOwner, removeFromIndex, removeShare } from "../share-server/ownership.ts"
import { createToken, listRevoked, listTokens, revokeToken, rotateToken } from "../share-server/tokens.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { openStore } from "../store/open-store.ts"
import { confirmDestination, type DestinationFlags, settingsFromFlags } from "./destination.ts"
import { info, oneLine, type Terminal } from "./terminal.ts"

export interface TokenFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  owner?: string
  unshare?: boolean
}

/** `token create <name>`: prints the token, once. */
export async function tokenCreateCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  const token = await inBucket(flags, terminal, (store) =>
    createToken(store, { name, owner: flags.owner, now: new Date() }),
  )
  terminal.stdout.write(flags.json ? `${JSON.stringify({ name, token })}\n` : `${token}\n`)
  info(
    terminal,
    flags.quiet || flags.json,
    `It is shown this once. In OpenCode's configuration: "enterprise": {"url": "<the server's address>/${token}"}`,
  )
}

/** `token list`: names, owners and days, also of revoked tokens that have shares; the tokens themselves are kept nowhere. */
export async function tokenListCommand(flags: TokenFlags, terminal: Terminal): Promise<void> {
  const { tokens, revoked } = await inBucket(flags, terminal, async (store) => {
    const counted = await mapConcurrently(await listRevoked(store), async (token) => ({
      ...token,
      shares: await countShares(store, token.hash),
    }))
    return { tokens: await listTokens(store), revoked: counted.filter(({ shares }) => shares > 0) }
  })
  const withoutHash = <T extends { hash: string; replaces?: string[] }>({ hash: _, replaces: _old, ...shown }: T) =>
    shown
  if (flags.json) {
    const shown = { tokens: tokens.map(withoutHash), revoked: revoked.map(withoutHash) }
    terminal.stdout.write(`${JSON.stringify(shown)}\n`)
    return
  }
  if (tokens.length + revoked.length === 0) return info(terminal, flags.quiet, "There are no tokens.")
  const line = ({ name, owner, created }: (typeof tokens)[number], more = "") =>
    `${created.slice(0, 10)}  ${oneLine(name)}${owner ? `  (${oneLine(owner)})` : ""}${more}\n`
  const stays = ({ shares }: { shares: number }) =>
    `  revoked, ${shares === 1 ? "1 share stays" : `${shares} shares stay`}`
  terminal.stdout.write(
    [...tokens.map((token) => line(token)), ...revoked.map((token) => line(token, stays(token)))].join(""),
  )
}

/** `token rotate <name>`: prints a new token that has the name, the owner and the shares of the old one. */
export async function tokenRotateCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  const token = await inBucket(flags, terminal, (store) => rotateToken(store, { name, now: new Date() }))
  terminal.stdout.write(flags.json ? `${JSON.stringify({ name, token })}\n` : `${token}\n`)
  info(
    terminal,
    flags.quiet || flags.json,
    `It is shown this once. The old token of ${name} is revoked; OpenCode updates and removes what was shared with it with the new one.`,
  )
}

/** `token revoke <name>`: nothing more is shared with it. With `--unshare`, what was shared with it is removed. */
export async function tokenRevokeCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  const result = await inBucket(flags, terminal, (store) => revokeNamed(store, name, flags.unshare === true))
  const { owner, shares } = result
  if (flags.json)
    terminal.stdout.write(
      `${JSON.stringify({ revoked: name, ...(flags.unshare ? { removed: shares } : { shares }) })}\n`,
    )
  else
    info(terminal, flags.quiet, `${oneLine(name)} is revoked. ${fateOf(name, shares, flags.unshare === true, owner)}`)
}

function fateOf(name: string, shares: number, isRemoved: boolean, owner: string | undefined): string {
  const count = shares === 1 ? "1 share" : `${shares} shares`
  if (shares === 0) return "It has no shares."
  if (isRemoved) return `${count} that it had ${shares === 1 ? "is" : "are"} removed.`
  const byOwner = owner === undefined ? "" : `${oneLine(owner)} can remove them on the server's page /mine; `
  return `${count} that it has stay${shares === 1 ? "s" : ""}: ${byOwner}"opencode-bucket token revoke ${oneLine(name)} --unshare" removes all of them.`
}

async function revokeNamed(store: ObjectStore, name: string, isUnsharing: boolean) {
  const before = (await listRevoked(store)).filter((token) => token.name === name)
  const isActive = (await listTokens(store)).some((token) => token.name === name)
  // One that is revoked already may still have shares to remove.
  const all =
    isActive || !isUnsharing || before.length === 0 ? [await revokeToken(store, name, new Date()), ...before] : before
  let shares = 0
  for (const { hash } of all) {
    if (!isUnsharing) shares += await countShares(store, hash)
    else
      for (const id of await listShareIds(store, hash, Number.POSITIVE_INFINITY)) {
        await removeShare(store, id, await readOwner(store, id), new Date())
        await removeFromIndex(store, hash, id)
        shares++
      }
  }
  return { owner: all[0]?.owner, shares }
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
