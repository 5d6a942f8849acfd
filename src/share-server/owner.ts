import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import { prefixOf } from "../share/manifest.ts"
import { emptyPrefix } from "../share/unshare.ts"
import { collect, type ObjectStore } from "../store/object-store.ts"
import { getJson, putJson, SERVER } from "./batches.ts"
import { forEach } from "./limits.ts"
import { pendingNotes } from "./pending.ts"
import { hasSharesOf, type PublishToken } from "./tokens.ts"

/** Who has a share, and what shows that: `s/<id>/server/owner.json`. */
export interface Owner {
  session: string
  /** The hash of the publish token. */
  token: string
  /** The name of the publish token, for the log and for people. */
  name: string
  /** SHA-256 of the secret that the client shows with each request, hexadecimal. */
  secret: string
  /** ISO 8601, UTC */
  created: string
}

const keyOf = (id: string) => `${prefixOf(id)}${SERVER}owner.json`

/** Where it is noted that a share was taken back; not under its link's id, which nobody has to learn from here. */
const goneKey = (id: string) => `gone/${sha256(id)}.json`

/** The shares of a token, so that they are found without looking at all shares. */
const indexPrefix = (token: string) => `published/${token}/`

/**
 * The id and the secret of a session's share. They follow from the token: whoever asks twice, of whatever instances, gets
 * the same, and nothing has to be agreed upon. Without the token, an id is as good as random (126 bits of an HMAC).
 * @param round how many shares of this session were taken back before
 */
export function namesOf(token: string, session: string, round: number): { id: string; secret: string } {
  for (let attempt = 0; ; attempt++) {
    const id = derive(token, `id ${round} ${attempt} ${session}`).slice(0, 21)
    // On a command line, what begins with a hyphen is read as a flag.
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
  const owner: Owner = { session, token: token.hash, name: token.name, secret: sha256(secret), created }
  await putJson(store, keyOf(id), owner)
}

export const readOwner = (store: ObjectStore, id: string): Promise<Owner | undefined> => getJson(store, keyOf(id))

/** Whether somebody with this token and this secret may change a share. */
export const isOwner = async (
  store: ObjectStore,
  owner: Owner,
  token: PublishToken,
  secret: string,
): Promise<boolean> => isSame(owner.secret, sha256(secret)) && (await hasSharesOf(store, token, owner.token))

const isSame = (a: string, b: string): boolean =>
  timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest())

/**
 * Notes for good that a share was taken back: from now on, nobody reads it, and nothing is added to it. The hash of its
 * secret stays with the note, so that whoever asks again, since the removal was cut short, is known.
 */
async function writeGone(store: ObjectStore, id: string, owner: Owner | undefined, now: Date): Promise<void> {
  const { secret } = owner ?? (await getJson<{ secret?: string }>(store, goneKey(id))) ?? {}
  await putJson(store, goneKey(id), { removed: now.toISOString(), ...(secret && { secret }) })
}

/** Whether a share was taken back that had this secret. */
export async function wasTakenBack(store: ObjectStore, id: string, secret: string): Promise<boolean> {
  const gone = await getJson<{ secret?: string }>(store, goneKey(id))
  return gone?.secret !== undefined && isSame(gone.secret, sha256(secret))
}

/** Takes a share back: notes that, then deletes all of it. May be cut short and begun again. Throws what the store throws, and `left-behind`. */
export async function takeBack(store: ObjectStore, id: string, owner: Owner | undefined, now: Date): Promise<void> {
  await writeGone(store, id, owner, now)
  await emptyPrefix(store, id)
  await store.delete(await pendingNotes(store, id))
  if (owner) await dropFromIndex(store, owner.token, id)
}

export const isGone = async (store: ObjectStore, id: string): Promise<boolean> =>
  (await store.get(goneKey(id))) !== undefined

/** How many shares a token has. */
export const countShares = async (store: ObjectStore, token: string): Promise<number> =>
  new Set((await collect(store.list(indexPrefix(token)))).map(({ key }) => key)).size

/** Takes a share off the list of its token. */
export async function dropFromIndex(store: ObjectStore, token: string, id: string): Promise<void> {
  const entries = []
  const key = `${indexPrefix(token)}${id}.json`
  for await (const entry of store.list(indexPrefix(token))) if (entry.key === key) entries.push(entry)
  await store.delete(entries)
}

/** The ids of the shares of a token, newest first; at most `limit`. */
export async function sharesOf(store: ObjectStore, token: string, limit: number): Promise<string[]> {
  const keys = new Set<string>()
  for await (const { key } of store.list(indexPrefix(token))) keys.add(key)
  const found = await forEach([...keys], async (key) => {
    const { created = "" } = (await getJson<{ created: string }>(store, key)) ?? {}
    return { id: key.slice(indexPrefix(token).length).replace(/\.json$/, ""), created }
  })
  found.sort((a, b) => (a.created < b.created ? 1 : -1))
  return found.map(({ id }) => id).slice(0, limit)
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
