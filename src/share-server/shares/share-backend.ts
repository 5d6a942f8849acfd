import { ShareError } from "../../errors.ts"
import type { RedactOptions } from "../../redact/redact.ts"
import { FORMAT, writeManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import { emptyPrefix } from "../../share/unshare.ts"
import type { CreatedShare, ShareBackend } from "../../share-api/share-api.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { readSyncBody } from "../http/request-body.ts"
import { storeBatch, storedBytes } from "../items/batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "../items/clean-batch.ts"
import { deriveMarkKey } from "../items/redact-items.ts"
import { secretMarkCache } from "../items/secret-mark-cache.ts"
import { addDirtyMark } from "../publishing/dirty-marks.ts"
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
import type { PublishToken } from "./tokens.ts"

export interface ShareBackendsOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** Maximum bytes of one sync, and of all stored items of one session. */
  maxBodyBytes: number
  maxShareBytes: number
  /** Redacts a batch that came with a token. Default: in this process. */
  clean?: (batch: RawBatch, token: string) => Promise<CleanBatch>
  /** URL of a share. Its last segment is the id, as `opencode import` expects. */
  linkOf: (id: string) => string
  /** Rejects while nothing may be published yet; see `bucketCheck`. */
  ready?: () => Promise<void>
  /** Called when items were stored that are not published yet. */
  onStored: (id: string) => void
  audit: (what: "create" | "remove" | "full", about: { share: string; token: string }) => void
}

/** Backends of the share API, one for each publish token. */
export interface ShareBackends {
  /** The backend for the holder of a token. */
  forToken(token: PublishToken, plain: string): ShareBackend
  /** Removes a share for an authorized caller. Throws what the store throws, and `left-behind`. */
  remove(id: string, owner: ShareOwner): Promise<void>
}

/** Number of shares whose stored size is tracked. */
const MAX_TRACKED_SHARES = 1_000

/**
 * Share backends on a bucket. Stateless, for any number of instances: whatever was acknowledged is in the bucket,
 * redacted. A removal writes a tombstone before it deletes, and a sync checks for the tombstone after it stores: so
 * nothing comes back, whichever is first.
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

  // The stored size is listed only now and then, since a batch is small compared to the limit.
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
        format: FORMAT,
        id,
        session,
        title: "",
        state: "publishing",
        created,
        updated: created,
        generator: version,
        objects: {},
      })
      await writeOwner(store, id, { session, token, secret, now: now() })
      // A new share has no stored items, so its first batch need not list them.
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
      await emptyPrefix(store, id)
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
        // An interrupted removal deleted the ownership record; the client repeats it.
        if (!owner && (await wasRemovedWithSecret(store, id, secret))) return remove(id, undefined)
        throw notFoundError(id)
      },
    }),
  }
}

const tooLargeError = (most: number) =>
  new ShareError("bad-input", `The session exceeds this server's limit of ${most / 1_000_000} MB.`, {
    hint: "Messages sent before the limit stay shared.",
  })

/** The same error for a missing share and for one that belongs to someone else. */
const notFoundError = (id: string) =>
  new ShareError("share-not-found", isShareId(id) ? `You have no share ${id}.` : "You have no such share.", {
    hint: "Share the session again for a new link.",
  })
