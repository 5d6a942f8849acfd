import { createHash, randomBytes } from "node:crypto"
import { ShareError } from "../errors.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { getJson, putJson } from "./batches.ts"
import { forEach } from "./limits.ts"

/** A publish token, as the bucket knows it: `tokens/<hash>.json`. The token itself is shown once and kept nowhere. */
export interface PublishToken {
  /** SHA-256 of the token, hexadecimal. */
  hash: string
  /** Whose it is, for people: a user or a team. */
  name: string
  /** The e-mail address of who may see and remove its shares in the browser, if it is a person's. */
  owner?: string
  /** ISO 8601, UTC */
  created: string
}

const FOLDER = "tokens/"
const keyOf = (hash: string) => `${FOLDER}${hash}.json`

/** 192 random bits; the prefix lets scanners of code recognise one that was committed. */
const newToken = (): string => `ocb_${randomBytes(24).toString("base64url")}`

export const isToken = (text: string): boolean => /^ocb_[A-Za-z0-9_-]{32}$/.test(text)

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex")

/** Makes a token and gives it back in plain, once. Throws `bad-usage` if the name is taken. */
export async function createToken(
  store: ObjectStore,
  { name, owner, now }: { name: string; owner?: string | undefined; now: Date },
): Promise<string> {
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]{0,99}$/u.test(name))
    throw new ShareError("bad-usage", `${JSON.stringify(name)} cannot be the name of a token.`, {
      hint: "Use letters, digits, spaces and . _ @ + -, such as alice@corp.example or ci.",
    })
  if ((await listTokens(store)).some((known) => known.name === name))
    throw new ShareError("bad-usage", `There is a token ${name} already.`, {
      hint: `Revoke it first (opencode-bucket token revoke ${name}), or choose another name.`,
    })
  const token = newToken()
  const hash = hashOf(token)
  await putJson(store, keyOf(hash), { hash, name, ...(owner && { owner }), created: now.toISOString() })
  return token
}

export async function listTokens(store: ObjectStore): Promise<PublishToken[]> {
  const keys = new Set<string>()
  for await (const { key } of store.list(FOLDER)) if (/^tokens\/[0-9a-f]{64}\.json$/.test(key)) keys.add(key)
  const found = (await forEach([...keys], (key) => getJson<PublishToken>(store, key))).filter(
    (token) => token !== undefined,
  )
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Makes a token worthless; what was shared with it stays. Throws `bad-usage` if there is none of that name. */
export async function revokeToken(store: ObjectStore, name: string): Promise<void> {
  const found = (await listTokens(store)).find((token) => token.name === name)
  if (!found)
    throw new ShareError("bad-usage", `There is no token ${name}.`, {
      hint: '"opencode-bucket token list" shows all of them.',
    })
  const versions = []
  for await (const entry of store.list(FOLDER)) if (entry.key === keyOf(found.hash)) versions.push(entry)
  await store.delete(versions)
}

/** How long what was found of a token is believed: for so long a revoked one still works. */
const BELIEVED = 5_000
const REMEMBERED = 10_000

/** Looks tokens up in the bucket. */
export function tokenLookup(store: ObjectStore, now: () => number = Date.now) {
  const known = new Map<string, { token: PublishToken | undefined; at: number }>()
  return async (text: string): Promise<PublishToken | undefined> => {
    if (!isToken(text)) return undefined
    const hash = hashOf(text)
    const found = known.get(hash)
    if (found && now() - found.at < BELIEVED) return found.token
    const token = await getJson<PublishToken>(store, keyOf(hash))
    known.delete(hash)
    known.set(hash, { token, at: now() })
    if (known.size > REMEMBERED) known.delete(known.keys().next().value as string)
    return token
  }
}
