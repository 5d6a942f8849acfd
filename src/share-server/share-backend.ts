import { ShareError } from "../errors.ts"
import type { RedactOptions } from "../redact/redact.ts"
import { FORMAT, writeManifest } from "../share/manifest.ts"
import { isShareId } from "../share/share-id.ts"
import { empty } from "../share/unshare.ts"
import type { CreatedShare, ShareBackend } from "../share-api/share-api.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { storeBatch, storedBytes } from "./batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "./clean-batch.ts"
import { addDirtyMark } from "./dirty-marks.ts"
import {
  deriveShare,
  hasTombstone,
  isOwner,
  readOwner,
  removeShare,
  type ShareOwner,
  wasRemovedWithSecret,
  writeOwner,
} from "./ownership.ts"
import { deriveMarkKey } from "./redact-items.ts"
import { readSyncBody } from "./request-body.ts"
import { secretMarkCache } from "./secret-mark-cache.ts"
import type { PublishToken } from "./tokens.ts"

export interface ShareBackendsOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** Bytes that one sync may bring, and that may be kept of one session. */
  maxBodyBytes: number
  maxShareBytes: number
  /** Makes a batch ready for the bucket, for who has a token; here and now, unless given. */
  clean?: (batch: RawBatch, token: string) => Promise<CleanBatch>
  /** Where a share is opened; its last part is the id, as `opencode import` wants it. */
  linkOf: (id: string) => string
  /** Rejects while nothing may be published yet: see `bucketTrial`. */
  ready?: () => Promise<void>
  /** Something was kept that readers do not see yet. */
  onStored: (id: string) => void
  audit: (what: "create" | "remove" | "full", about: { share: string; token: string }) => void
}

/** What stands behind the share protocol on a server, for everybody. */
export interface ShareBackends {
  /** For who has this token. */
  forToken(token: PublishToken, plain: string): ShareBackend
  /** Takes a share back, for who may. Throws what the store throws, and `left-behind`. */
  remove(id: string, owner: ShareOwner): Promise<void>
}

/** Shares of which something was learned and is remembered. */
const MAX_TRACKED_SHARES = 1_000

/**
 * Shares in a bucket, for any number of instances and without anything to remember between requests: whatever is answered
 * as done is in the bucket, redacted. Taking a share back notes that first and deletes afterwards, and whoever stores
 * something looks for that note afterwards: so nothing comes back, whoever is first.
 */
export function shareBackends(options: ShareBackendsOptions): ShareBackends {
  const {
    store,
    version,
    now,
    redact,
    maxBodyBytes,
    maxShareBytes,
    linkOf,
    ready,
    onStored,
    audit,
    clean = cleanBatch,
  } = options
  const secretMarks = secretMarkCache()

  // Each batch is small beside the limit: looking once in a while is enough.
  const bytesSinceCheck = new Map<string, number>()
  async function hasRoom(id: string, bytes: number): Promise<boolean> {
    const since = (bytesSinceCheck.get(id) ?? Number.POSITIVE_INFINITY) + bytes
    const isDue = since > maxShareBytes / 8
    const hasRoom = !isDue || (await storedBytes(store, id)) + bytes <= maxShareBytes
    bytesSinceCheck.delete(id)
    if (hasRoom) bytesSinceCheck.set(id, isDue ? bytes : since)
    if (bytesSinceCheck.size > MAX_TRACKED_SHARES) bytesSinceCheck.delete(bytesSinceCheck.keys().next().value as string)
    return hasRoom
  }

  async function create(session: string, token: PublishToken, plain: string): Promise<CreatedShare> {
    await ready?.()
    let round = 0
    while (await hasTombstone(store, deriveShare(plain, session, round).id)) round++
    const { id, secret } = deriveShare(plain, session, round)
    if (!(await readOwner(store, id))) {
      const created = now().toISOString()
      await writeManifest(store, {
        ...{ format: FORMAT, id, session, title: "", state: "publishing", created, updated: created },
        ...{ generator: version, objects: {} },
      })
      await writeOwner(store, id, { session, token, secret, now: now() })
      // Nothing is kept of what has just been made, so that need not be looked up with its first batch.
      bytesSinceCheck.set(id, 0)
      audit("create", { share: id, token: token.name })
    }
    return { id, url: linkOf(id), secret }
  }

  async function sync(id: string, request: Request, token: PublishToken): Promise<void> {
    let [owner, secret]: [ShareOwner | undefined, string] = [undefined, ""]
    const body = await readSyncBody(request, maxBodyBytes, async (shown) => {
      secret = shown
      owner = isShareId(id) ? await readOwner(store, id) : undefined
      if (!owner || !(await isOwner(store, owner, token, secret)) || (await hasTombstone(store, id)))
        throw notFoundError(id)
    })
    const { session } = owner as unknown as ShareOwner
    const marks = secretMarks.of(id)
    const batch = { body, session, key: deriveMarkKey(secret), marks, redact }
    const { items, marks: newMarks } = await clean(batch, token.hash)
    if (items.length === 0) return
    secretMarks.add(id, newMarks)
    if (!(await hasRoom(id, items.length))) {
      audit("full", { share: id, token: token.name })
      throw tooLargeError(maxShareBytes)
    }
    await Promise.all([storeBatch(store, id, items), addDirtyMark(store, id)])
    if ((await hasTombstone(store, id)) || !(await readOwner(store, id))) {
      await empty(store, id)
      throw notFoundError(id)
    }
    onStored(id)
  }

  async function remove(id: string, owner: ShareOwner | undefined): Promise<void> {
    secretMarks.forget(id)
    await removeShare(store, id, owner, now())
    if (owner) audit("remove", { share: id, token: owner.name })
  }

  return {
    remove,
    forToken: (token, plain) => ({
      create: (session) => create(session, token, plain),
      sync: (id, _, request) => sync(id, request, token),
      async remove(id, secret) {
        if (!isShareId(id)) throw notFoundError(id)
        const owner = await readOwner(store, id)
        if (owner && (await isOwner(store, owner, token, secret))) return remove(id, owner)
        // A removal that was cut short has taken the owner along; the client asks again.
        if (!owner && (await wasRemovedWithSecret(store, id, secret))) return remove(id, undefined)
        throw notFoundError(id)
      },
    }),
  }
}

const tooLargeError = (most: number) =>
  new ShareError("bad-input", `The session is larger than the ${most / 1_000_000} MB that this server keeps of one.`, {
    hint: "What was sent before stays shared.",
  })

/** The same for what is not there and for what is somebody else's. */
const notFoundError = (id: string) =>
  new ShareError("share-not-found", `There is no share ${isShareId(id) ? id : "of that name"} of yours.`, {
    hint: "Share the session again for a new link.",
  })
