import { createHmac } from "node:crypto"
import { mapConcurrently } from "../../lib/concurrency.ts"
import { isEqualSecret, sha256 } from "../../lib/hash.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../../store/object-store.ts"
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

/** Index of the shares of each token, to find them without listing all shares. */
const INDEX_FOLDER = "published/"
const indexPrefix = (token: string) => `${INDEX_FOLDER}${token}/`
const idOf = (indexKey: string) => indexKey.slice(indexKey.lastIndexOf("/") + 1).replace(/\.json$/, "")

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
export async function writeTombstone(
  store: ObjectStore,
  id: string,
  owner: ShareOwner | undefined,
  now: Date,
): Promise<void> {
  const { secret } = owner ?? (await getJson<{ secret?: string }>(store, tombstoneKey(id))) ?? {}
  await putJson(store, tombstoneKey(id), { removed: now.toISOString(), ...(secret && { secret }) })
}

/** Whether a removed share had this secret. */
export async function wasRemovedWithSecret(store: ObjectStore, id: string, secret: string): Promise<boolean> {
  const gone = await getJson<{ secret?: string }>(store, tombstoneKey(id))
  return gone?.secret !== undefined && isEqualSecret(gone.secret, sha256(secret))
}

export const hasTombstone = async (store: ObjectStore, id: string): Promise<boolean> =>
  (await store.get(tombstoneKey(id))) !== undefined

/** Returns a function that tells whether a share had a tombstone at the time of this call. */
export async function listTombstones(store: ObjectStore): Promise<(id: string) => boolean> {
  const keys = new Set<string>()
  for await (const { key } of store.list("gone/")) keys.add(key)
  return (id) => keys.has(tombstoneKey(id))
}

/** Ids of a token's shares, in no order. */
export async function shareIdsOf(store: ObjectStore, token: string): Promise<Set<string>> {
  const ids = new Set<string>()
  for await (const { key, hides } of store.list(indexPrefix(token))) if (!hides) ids.add(idOf(key))
  return ids
}

/** Removes shares from the index of their token. */
export async function removeFromIndex(store: ObjectStore, token: string, ids: ReadonlySet<string>): Promise<void> {
  const entries = []
  for await (const entry of store.list(indexPrefix(token))) if (ids.has(idOf(entry.key))) entries.push(entry)
  await store.delete(entries)
}

/** Removes shares from the indexes of all tokens: those whose removal was interrupted before its end. */
export async function sweepIndex(store: ObjectStore, isRemoved: (id: string) => boolean): Promise<void> {
  const entries = []
  for await (const entry of store.list(INDEX_FOLDER)) if (isRemoved(idOf(entry.key))) entries.push(entry)
  await store.delete(entries)
}

/** Ids of a token's shares, newest first, at most `limit`. */
export async function listShareIds(store: ObjectStore, token: string, limit: number): Promise<string[]> {
  const found = await mapConcurrently(await shareIdsOf(store, token), MAX_CONCURRENT_READS, async (id) => {
    const { created = "" } = (await getJson<{ created: string }>(store, `${indexPrefix(token)}${id}.json`)) ?? {}
    return { id, created }
  })
  found.sort((a, b) => (a.created < b.created ? 1 : -1))
  return found.map(({ id }) => id).slice(0, limit)
}
