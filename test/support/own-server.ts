import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { type Access, publicAccess } from "../../src/share-server/access/access.ts"
import { createTokenCipher } from "../../src/share-server/access/encrypted-token.ts"
import { serverApp } from "../../src/share-server/app.ts"
import { type Inventory, inventory } from "../../src/share-server/inventory/inventory.ts"
import type { RevealedSecrets } from "../../src/share-server/items/redact-items.ts"
import { jsonLogger, shortId } from "../../src/share-server/log.ts"
import { createMetrics } from "../../src/share-server/metrics.ts"
import { publishMemory } from "../../src/share-server/publishing/publish-memory.ts"
import { publishShare } from "../../src/share-server/publishing/publish-share.ts"
import { type ShareBackendsOptions, shareBackends } from "../../src/share-server/shares/share-backend.ts"
import { createToken } from "../../src/share-server/shares/tokens.ts"
import type { ObjectStore } from "../../src/store/object-store.ts"
import { fixture } from "./run-command.ts"
import { s3Here } from "./s3-here.ts"
import type { S3ServerOptions } from "./s3-server.ts"

export const publicUrl = "https://shares.corp.example"
export const keys = ["a-key-of-cookies-that-is-long-enough-for-it"]

export interface OwnInstance {
  ask: (path: string, init?: RequestInit & { from?: string }) => Promise<Response>
  /** @param lifetime in milliseconds */
  publish(id: string, lifetime?: number): ReturnType<typeof publishShare>
  log: string[]
  inventory: Inventory
}

interface OwnOptions {
  access?: Access
  now?: () => Date
  maxShare?: number
  maxLifetimeMs?: number
  /** The company's policy. */
  policy?: Pick<ShareBackendsOptions, "redact" | "omit"> & { publishHook?: readonly string[] }
}

/** Server instances over the test's own bucket; shares are published only when the test says so. */
export async function ownServer(options: S3ServerOptions = {}, more: OwnOptions = {}) {
  const { server, store } = await s3Here(options)
  return { server, ...(await serverOver(store, more)) }
}

/** The same over a given store. */
export async function serverOver(store: ObjectStore, more: OwnOptions = {}) {
  const now = more.now ?? (() => new Date())
  const kept: string[] = []
  const instance = (own: ObjectStore = store, access = more.access ?? publicAccess): OwnInstance => {
    const log: string[] = []
    const memory = publishMemory()
    const fresh = new Map<string, Map<string, Uint8Array>>()
    const secrets = new Map<string, RevealedSecrets>()
    const write = jsonLogger((line) => log.push(line))
    const listed = inventory(own, now)
    const shares = shareBackends({
      store: own,
      version: "1.0.0",
      now,
      maxBodyBytes: 4_000_000,
      maxShareBytes: more.maxShare ?? 128_000_000,
      redact: more.policy?.redact,
      omit: more.policy?.omit,
      hasHook: more.policy?.publishHook !== undefined,
      linkOf: (id) => `${publicUrl}/share/${id}`,
      onStored: (id, stored) => {
        kept.push(id)
        fresh.set(id, new Map([...(fresh.get(id) ?? []), [stored.name, stored.body]]))
        if (stored.secrets) secrets.set(id, stored.secrets)
      },
      audit: (what, { share, ...about }) => {
        listed.change(share)
        write("audit", what, { share: shortId(share), ...about })
      },
    })
    const app = serverApp({
      store: own,
      backends: shares,
      inventory: listed,
      access,
      tokenCipher: createTokenCipher(keys),
      log: write,
      metrics: createMetrics(),
      now,
      publicUrl,
      maxBodyBytes: 4_000_000,
      ratePerMinute: 10_000,
      tokensPerPerson: 2,
      maxLifetimeMs: more.maxLifetimeMs ?? Number.POSITIVE_INFINITY,
      schedule: (id) => kept.push(id),
    })
    return {
      log,
      inventory: listed,
      ask: async (path, { from, ...init } = {}) => {
        const env = from === undefined ? {} : { incoming: { socket: { remoteAddress: from } } }
        return app.request(path.startsWith("http") ? path : `${publicUrl}${path}`, init, env)
      },
      publish: async (id, lifetime) => {
        const batches = fresh.get(id) ?? new Map()
        fresh.delete(id)
        const outcome = await publishShare(id, {
          store: own,
          version: "1.0.0",
          now,
          lifetimeMs: lifetime,
          memory,
          fresh: batches,
          secrets: secrets.get(id),
          ...more.policy,
        })
        listed.change(id)
        return outcome
      },
    }
  }
  const name = `ci ${randomBytes(4).toString("hex")}`
  return { store, kept, instance, ...instance(), token: await createToken(store, { name, now: now() }) }
}

export type OwnServer = Awaited<ReturnType<typeof ownServer>>

/** A recorded session as the items that OpenCode sends. */
export function recordedItems(name = "all-tools") {
  const { info, messages } = JSON.parse(readFileSync(fixture(name), "utf8")) as {
    info: { id: string; title: string; time: { updated: number } }
    messages: { info: { id: string }; parts: object[] }[]
  }
  const items = [
    { type: "session", data: info as object },
    ...messages.flatMap(({ info, parts }) => [
      { type: "message", data: info as object },
      ...parts.map((data) => ({ type: "part", data })),
    ]),
  ]
  return { session: info.id, info, items }
}

export const post = (body: unknown, method = "POST"): RequestInit => ({ method, body: JSON.stringify(body) })

/** Shares a session as OpenCode does. */
export async function shareFrom({ ask, token }: Pick<OwnServer, "ask" | "token">, session: string) {
  const answer = await ask(`/${token}/api/share`, post({ sessionID: session }))
  return (await answer.json()) as { id: string; url: string; secret: string }
}
