import { randomBytes } from "node:crypto"
import { LRUCache } from "lru-cache"
import { ShareError } from "../../errors.ts"
import { mapConcurrently } from "../../lib/concurrency.ts"
import { sha256 } from "../../lib/hash.ts"
import { MAX_CONCURRENT_READS, type ObjectStore } from "../../store/object-store.ts"
import { getJson, putJson } from "./json-objects.ts"

/** Record of a publish token: `tokens/<hash>.json`. The token itself is displayed once and not stored. */
export interface PublishToken {
  /** SHA-256 of the token, in hexadecimal. */
  hash: string
  /** Display name: a user or a team. */
  name: string
  /** E-mail address of the person who may list and remove the token's shares in the browser. */
  owner?: string
  /** ISO 8601, UTC. */
  created: string
  /** An admin token lists, unshares and revokes through the admin API, and publishes nothing. */
  role?: "admin"
  /** Hashes of the tokens that it replaced; their shares belong to it. */
  replaces?: string[]
}

/** A token that can no longer publish. Its shares still belong to its owner. */
export interface RevokedToken extends PublishToken {
  /** ISO 8601, UTC. */
  revoked: string
}

const FOLDER = "tokens/"
const REVOKED_FOLDER = "revoked/"
const keyOf = (hash: string) => `${FOLDER}${hash}.json`
const revokedKeyOf = (hash: string) => `${REVOKED_FOLDER}${hash}.json`

/** 192 random bits; the prefix lets secret scanners recognize a committed token. */
const newToken = (): string => `ocb_${randomBytes(24).toString("base64url")}`

export const isToken = (text: string): boolean => /^ocb_[A-Za-z0-9_-]{32}$/.test(text)

/** A valid token by its hash. Throws what the store throws. */
export const findToken = (store: ObjectStore, hash: string): Promise<PublishToken | undefined> =>
  getJson<PublishToken>(store, keyOf(hash))

/** A token by its hash, also if it was revoked. Throws what the store throws. */
export const findTokenByHash = async (store: ObjectStore, hash: string): Promise<PublishToken | undefined> =>
  (await findToken(store, hash)) ?? getJson<RevokedToken>(store, revokedKeyOf(hash))

/** Creates a token and returns it in plain text, once. Throws what `createTokens` throws. */
export async function createToken(
  store: ObjectStore,
  { name, owner, now }: { name: string; owner?: string | undefined; now: Date },
): Promise<string> {
  const [created] = await createTokens(store, { names: [name], owner, now })
  return created!.token
}

export const isEmail = (text: string): boolean => /^[^@\s]+@[^@\s]+\.[^@\s.]+$/.test(text)

/**
 * Creates tokens and returns them in plain text, once. The owner of a token is the given one, or its name if that is an
 * e-mail address. Throws `bad-usage`, and creates none, if a name is invalid or taken, or the owner is no e-mail address.
 */
export async function createTokens(
  store: ObjectStore,
  {
    names,
    owner,
    role,
    now,
  }: { names: readonly string[]; owner?: string | undefined; role?: PublishToken["role"]; now: Date },
): Promise<{ name: string; token: string }[]> {
  if (owner !== undefined && !isEmail(owner))
    throw new ShareError("bad-usage", `Invalid owner ${JSON.stringify(owner)}.`, {
      hint: "Use the e-mail address with which the person signs in, such as alice@corp.example.",
    })
  const taken = new Set((await listTokens(store)).map(({ name }) => name))
  for (const name of names) {
    assertName(name)
    if (taken.has(name)) throw takenError(name)
    taken.add(name)
  }
  return mapConcurrently(names, MAX_CONCURRENT_READS, async (name) => {
    const ownedBy = owner ?? (isEmail(name) ? name : undefined)
    const about = { name, created: now.toISOString(), ...(ownedBy !== undefined && { owner: ownedBy }) }
    return { name, token: await newTokenIn(store, { ...about, ...(role && { role }) }) }
  })
}

const takenError = (name: string) =>
  new ShareError("bad-usage", `Token "${name}" already exists.`, {
    hint: `Rotate it with "opencode-bucket token rotate ${name}", or choose another name.`,
  })

/** Replaces a token by a new one with the same name, owner and shares, and revokes the old one. */
export async function rotateToken(store: ObjectStore, { name, now }: { name: string; now: Date }): Promise<string> {
  const old = await tokenNamed(store, name)
  const { hash, owner, role, replaces = [] } = old
  const kept = { name, ...(owner && { owner }), ...(role && { role }) }
  const replaced = { ...kept, created: now.toISOString(), replaces: [hash, ...replaces] }
  const token = await newTokenIn(store, replaced)
  await revoke(store, old, now)
  return token
}

async function newTokenIn(store: ObjectStore, about: Omit<PublishToken, "hash">): Promise<string> {
  const token = newToken()
  const hash = sha256(token)
  await putJson(store, keyOf(hash), { hash, ...about })
  return token
}

function assertName(name: string): void {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,99}$/u.test(name))
    throw new ShareError("bad-usage", `Invalid token name ${JSON.stringify(name)}.`, {
      hint: "Use letters, digits, spaces and . _ @ + -, such as alice@corp.example or ci.",
    })
}

/** Valid tokens, by name. */
export const listTokens = (store: ObjectStore): Promise<PublishToken[]> => tokensIn<PublishToken>(store, FOLDER)

/** Revoked tokens, by name. */
export const listRevoked = (store: ObjectStore): Promise<RevokedToken[]> =>
  tokensIn<RevokedToken>(store, REVOKED_FOLDER)

async function tokensIn<T extends PublishToken>(store: ObjectStore, folder: string): Promise<T[]> {
  const keys = new Set<string>()
  for await (const { key } of store.list(folder))
    if (/^[0-9a-f]{64}\.json$/.test(key.slice(folder.length))) keys.add(key)
  const found = (await mapConcurrently(keys, MAX_CONCURRENT_READS, (key) => getJson<T>(store, key))).filter(
    (token) => token !== undefined,
  )
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * Revokes a token. Its shares stay, and still belong to its owner. Throws `bad-usage` if there is no token of that
 * name.
 */
export async function revokeToken(store: ObjectStore, name: string, now: Date): Promise<RevokedToken> {
  const token = await tokenNamed(store, name)
  await revoke(store, token, now)
  return { ...token, revoked: now.toISOString() }
}

async function tokenNamed(store: ObjectStore, name: string): Promise<PublishToken> {
  const found = (await listTokens(store)).find((token) => token.name === name)
  if (found) return found
  throw new ShareError("bad-usage", `Token "${name}" not found.`, {
    hint: 'List all tokens: "opencode-bucket token list".',
  })
}

/**
 * Revokes a token; harmless if another process does the same. The revoked record is written before the token is deleted,
 * so that the owner of its shares is always known. Throws what the store throws.
 */
export async function revoke(store: ObjectStore, token: PublishToken, now: Date): Promise<void> {
  const { hash } = token
  await putJson(store, revokedKeyOf(hash), { ...token, revoked: now.toISOString() })
  const versions = []
  for await (const entry of store.list(FOLDER)) if (entry.key === keyOf(hash)) versions.push(entry)
  await store.delete(versions)
}

/**
 * Whether a token owns the shares of another one: it is the same, it replaced it, or the other one was revoked and has
 * the same owner.
 */
export async function hasSharesOf(store: ObjectStore, token: PublishToken, hash: string): Promise<boolean> {
  if (token.hash === hash || token.replaces?.includes(hash)) return true
  if (token.owner === undefined) return false
  const revoked = await getJson<RevokedToken>(store, revokedKeyOf(hash))
  return revoked?.owner !== undefined && isSameEmail(revoked.owner, token.owner)
}

const isSameEmail = (a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && a.trim().toLowerCase() === b?.trim().toLowerCase()

/** Tokens of a person, revoked ones included: their shares still belong to their owner. */
export async function tokensOfOwner(store: ObjectStore, email: string | undefined): Promise<KnownToken[]> {
  if (email === undefined) return []
  return (await listKnown(store)).filter(({ owner }) => isSameEmail(owner, email))
}

/** The token of a name, if it is valid, and all revoked ones that had this name. */
export const tokensNamed = async (store: ObjectStore, name: string): Promise<KnownToken[]> =>
  (await listKnown(store)).filter((token) => token.name === name)

/** A token, valid or revoked. */
export type KnownToken = PublishToken & Partial<Pick<RevokedToken, "revoked">>

/** All tokens, by name. One that is being revoked counts as valid. */
export async function listKnown(store: ObjectStore): Promise<KnownToken[]> {
  const [valid, revoked] = await Promise.all([listTokens(store), listRevoked(store)])
  const hashes = new Set(valid.map(({ hash }) => hash))
  return [...valid, ...revoked.filter(({ hash }) => !hashes.has(hash))].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** TTL of the cache of unknown tokens. Known tokens are read each time, since they may be revoked. */
const UNKNOWN_TOKEN_TTL_MS = 5_000
const MAX_UNKNOWN_TOKENS = 10_000

/** Returns a function that looks up a token in the bucket; undefined if it is unknown or revoked. */
export function tokenLookup(store: ObjectStore) {
  const unknown = new LRUCache<string, true>({ max: MAX_UNKNOWN_TOKENS, ttl: UNKNOWN_TOKEN_TTL_MS })
  return async (text: string): Promise<PublishToken | undefined> => {
    if (!isToken(text)) return undefined
    const hash = sha256(text)
    if (unknown.has(hash)) return undefined
    const token = await findToken(store, hash)
    if (token === undefined) unknown.set(hash, true)
    return token
  }
}
