import { createHmac } from "node:crypto"
import { mapConcurrently } from "../../lib/concurrency.ts"
import { isEqualSecret, sha256 } from "../../lib/hash.ts"
import { emptyPrefix } from "../../share/unshare.ts"
import { collect, MAX_CONCURRENT_READS, type ObjectStore } from "../../store/object-store.ts"
import { listDirtyMarks } from "../publishing/dirty-marks.ts"
import { getJson, putJson, serverPrefixOf } from "./json-objects.ts"
import { hasSharesOf, type PublishToken } from "./tokens.ts"

/** Ownership record of a share, in `s/<id>/server/owner.json`. */
export interface ShareOwner {
  session: string
  /** Hash of the publish token. */
  token: string
  /** Name of the publish token, for the log and for people. */
  name: string
  /** SHA-256, in hexadecimal, of the secret that the client sends with each request. */
  secret: string
  /** ISO 8601, UTC. */
  created: string
}

const keyOf = (id: string) => `${serverPrefixOf(id)}owner.json`

/** Key of a removed share's tombstone. It contains a hash, so that it does not reveal the id in the link. */
const tombstoneKey = (id: string) => `gone/${sha256(id)}.json`

/** Index of a token's shares, to find them without listing all shares. */
const indexPrefix = (token: string) => `published/${token}/`

/**
 * Derives the id and the secret of a session's share from the token: every request, on any instance, gets the same ones
 * without coordination. Without the token, an id is as good as random (126 bits of an HMAC).
 * @param round how many shares of this session were removed before
 */
export function deriveShare(token: string, session: string, round: number): { id: string; secret: string } {
  for (let attempt = 0; ; attempt++) {
    const id = derive(token, `id ${round} ${attempt} ${session}`).slice(0, 21)
    // On a command line, an id with a leading hyphen would be read as a flag.
    if (!id.startsWith("-")) return { id, secret: secretOf(token, id) }
  }
}

const secretOf = (token: string, id: string): string => derive(token, `secret ${id}`)

const derive = (token: string, what: string) => createHmac("sha256", token).update(what).digest("base64url")

export async function writeOwner(
  store: ObjectStore,
  id: string,
  { session, token, secret, now }: { session: string; token: PublishToken; secret: string; now: Date },
): Promise<void> {
  const created = now.toISOString()
  await putJson(store, `${indexPrefix(token.hash)}${id}.json`, { session, created })
  const owner: ShareOwner = { session, token: token.hash, name: token.name, secret: sha256(secret), created }
  await putJson(store, keyOf(id), owner)
}

export const readOwner = (store: ObjectStore, id: string): Promise<ShareOwner | undefined> => getJson(store, keyOf(id))

/** Whether the sender of this token and secret may change a share. */
export const isOwner = async (
  store: ObjectStore,
  owner: ShareOwner,
  token: PublishToken,
  secret: string,
): Promise<boolean> => isEqualSecret(owner.secret, sha256(secret)) && (await hasSharesOf(store, token, owner.token))

/**
 * Writes the permanent tombstone of a share: from now on, it is not readable and nothing can be added. Keeps the hash
 * of the secret, so that the owner can repeat an interrupted removal.
 */
async function writeTombstone(store: ObjectStore, id: string, owner: ShareOwner | undefined, now: Date): Promise<void> {
  const { secret } = owner ?? (await getJson<{ secret?: string }>(store, tombstoneKey(id))) ?? {}
  await putJson(store, tombstoneKey(id), { removed: now.toISOString(), ...(secret && { secret }) })
}

/** Whether a removed share had this secret. */
export async function wasRemovedWithSecret(store: ObjectStore, id: string, secret: string): Promise<boolean> {
  const gone = await getJson<{ secret?: string }>(store, tombstoneKey(id))
  return gone?.secret !== undefined && isEqualSecret(gone.secret, sha256(secret))
}

/**
 * Removes a share: writes its tombstone, then deletes its objects. Can be interrupted and repeated. Throws what the
 * store throws, and `left-behind`.
 */
export async function removeShare(
  store: ObjectStore,
  id: string,
  owner: ShareOwner | undefined,
  now: Date,
): Promise<void> {
  await writeTombstone(store, id, owner, now)
  await emptyPrefix(store, id)
  await store.delete(await listDirtyMarks(store, id))
  if (owner) await removeFromIndex(store, owner.token, id)
}

export const hasTombstone = async (store: ObjectStore, id: string): Promise<boolean> =>
  (await store.get(tombstoneKey(id))) !== undefined

/** Returns a function that tells whether a share had a tombstone at the time of this call. */
export async function listTombstones(store: ObjectStore): Promise<(id: string) => boolean> {
  const keys = new Set<string>()
  for await (const { key } of store.list("gone/")) keys.add(key)
  return (id) => keys.has(tombstoneKey(id))
}

/** Number of a token's shares. */
export const countShares = async (store: ObjectStore, token: string): Promise<number> =>
  new Set((await collect(store.list(indexPrefix(token)))).map(({ key }) => key)).size

/** Removes a share from the index of its token. */
export async function removeFromIndex(store: ObjectStore, token: string, id: string): Promise<void> {
  const entries = []
  const key = `${indexPrefix(token)}${id}.json`
  for await (const entry of store.list(indexPrefix(token))) if (entry.key === key) entries.push(entry)
  await store.delete(entries)
}

/** Ids of a token's shares, newest first, at most `limit`. */
export async function listShareIds(store: ObjectStore, token: string, limit: number): Promise<string[]> {
  const keys = new Set<string>()
  for await (const { key } of store.list(indexPrefix(token))) keys.add(key)
  const found = await mapConcurrently(keys, MAX_CONCURRENT_READS, async (key) => {
    const { created = "" } = (await getJson<{ created: string }>(store, key)) ?? {}
    return { id: key.slice(indexPrefix(token).length).replace(/\.json$/, ""), created }
  })
  found.sort((a, b) => (a.created < b.created ? 1 : -1))
  return found.map(({ id }) => id).slice(0, limit)
}
