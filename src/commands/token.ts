import { createToken, listTokens, revokeToken } from "../share-server/tokens.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { openStore } from "../store/open-store.ts"
import { agreeOnDestination, type DestinationFlags, settingsFrom } from "./destination.ts"
import { oneLine, say, type Terminal } from "./terminal.ts"

export interface TokenFlags extends DestinationFlags {
  json?: boolean
  quiet?: boolean
  owner?: string
}

/** `token create <name>`: prints the token, once. */
export async function tokenCreateCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  const token = await inBucket(flags, terminal, (store) =>
    createToken(store, { name, owner: flags.owner, now: new Date() }),
  )
  terminal.stdout.write(flags.json ? `${JSON.stringify({ name, token })}\n` : `${token}\n`)
  say(
    terminal,
    flags.quiet || flags.json,
    `It is shown this once. In OpenCode's configuration: "enterprise": {"url": "<the server's address>/${token}"}`,
  )
}

/** `token list`: names, owners and days; the tokens themselves are kept nowhere. */
export async function tokenListCommand(flags: TokenFlags, terminal: Terminal): Promise<void> {
  const tokens = await inBucket(flags, terminal, listTokens)
  if (flags.json) terminal.stdout.write(`${JSON.stringify({ tokens: tokens.map(({ hash: _, ...shown }) => shown) })}\n`)
  else if (tokens.length === 0) say(terminal, flags.quiet, "There are no tokens.")
  else
    terminal.stdout.write(
      tokens
        .map(
          ({ name, owner, created }) =>
            `${created.slice(0, 10)}  ${oneLine(name)}${owner ? `  (${oneLine(owner)})` : ""}\n`,
        )
        .join(""),
    )
}

/** `token revoke <name>`: nothing more is shared with it. */
export async function tokenRevokeCommand(name: string, flags: TokenFlags, terminal: Terminal): Promise<void> {
  await inBucket(flags, terminal, (store) => revokeToken(store, name))
  if (flags.json) terminal.stdout.write(`${JSON.stringify({ revoked: name })}\n`)
  else say(terminal, flags.quiet, `${name} is revoked. What was shared with it stays until it is unshared.`)
}

async function inBucket<T>(
  flags: TokenFlags,
  terminal: Terminal,
  work: (store: ObjectStore) => Promise<T>,
): Promise<T> {
  const settings = settingsFrom(flags, terminal)
  await agreeOnDestination(settings, flags, terminal)
  const store = await openStore(settings.destination)
  try {
    return await work(store)
  } finally {
    store.close()
  }
}
