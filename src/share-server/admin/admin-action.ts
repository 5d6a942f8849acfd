import { isShareId } from "../../share/share-id.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { writeLeft } from "../access/leavers.ts"
import { type Log, shortId } from "../log.ts"
import { readOwner, shareIdsOf } from "../shares/ownership.ts"
import type { RemovedShares, ShareBackends } from "../shares/share-backend.ts"
import { type KnownToken, revoke as revokeToken, tokensNamed, tokensOfOwner } from "../shares/tokens.ts"

/** The target of an action: a share, all of a token (and of earlier ones with its name), or all of a person. */
export type AdminTarget =
  | { kind: "share"; id: string }
  | { kind: "token"; name: string }
  | { kind: "owner"; email: string }

/** An action of an administrator on a target. Both for an owner: somebody leaves, and their sign-ins end, too. */
export interface AdminAction {
  target: AdminTarget
  /** Revoke the tokens. */
  revoke: boolean
  /** Remove the shares. */
  unshare: boolean
}

/** Tokens and shares that an action is about to change, read from the bucket itself: the inventory may be behind. */
export interface FoundTargets {
  tokens: KnownToken[]
  /** Ids of shares. */
  shares: Set<string>
}

/** The changes that an action has made. */
export interface AdminResult extends RemovedShares {
  /** Names of revoked tokens. */
  revoked: string[]
}

/** The second round finds what was created during the first one. */
const ROUNDS = 2

/** Finds the tokens and shares of a target. Throws what the store throws. */
export async function findTargets(store: ObjectStore, target: AdminTarget): Promise<FoundTargets> {
  if (target.kind === "share") {
    const isOwned = isShareId(target.id) && (await readOwner(store, target.id)) !== undefined
    return { tokens: [], shares: new Set(isOwned ? [target.id] : []) }
  }
  const tokens =
    target.kind === "token" ? await tokensNamed(store, target.name) : await tokensOfOwner(store, target.email)
  const shares = new Set<string>()
  for (const { hash } of tokens) for (const id of await shareIdsOf(store, hash)) shares.add(id)
  return { tokens, shares }
}

/**
 * Acts, and writes the audit log. Sessions and tokens end first, so that nothing is created any more. Can be interrupted and
 * repeated. Throws what the store throws.
 * @param by the person, for the log
 */
export async function act(
  { target, revoke, unshare }: AdminAction,
  by: string,
  { store, backends, now, log }: { store: ObjectStore; backends: ShareBackends; now: () => Date; log: Log },
): Promise<AdminResult> {
  const about = { by, revoke, unshare, ...describeTarget(target) }
  log("audit", "admin action", about)
  const result: AdminResult = { revoked: [], removed: 0, undeleted: 0 }
  const done = new Set<string>()
  if (target.kind === "owner" && revoke && unshare) await writeLeft(store, target.email, now())
  for (let round = 0; round < ROUNDS; round++) {
    const { tokens, shares } = await findTargets(store, target)
    if (revoke)
      for (const token of tokens.filter(({ revoked }) => revoked === undefined)) {
        await revokeToken(store, token, now())
        log("audit", "token revoked", { token: token.name, reader: by })
        result.revoked.push(token.name)
      }
    const found = unshare ? [...shares].filter((id) => !done.has(id)) : []
    if (found.length === 0) continue
    for (const id of found) done.add(id)
    const { removed, undeleted } = await backends.removeMany(found, by)
    result.removed += removed
    result.undeleted += undeleted
  }
  const { revoked, ...counts } = result
  log("audit", "admin action done", { ...about, revoked: revoked.length, ...counts })
  return result
}

const describeTarget = (target: AdminTarget) =>
  target.kind === "share"
    ? { share: shortId(target.id) }
    : target.kind === "token"
      ? { token: target.name }
      : { owner: target.email }
