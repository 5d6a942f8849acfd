import { ShareError } from "../../errors.ts"
import type { Omission } from "../../session/omissions.ts"
import { FORMAT, writeManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import { emptyPrefix } from "../../share/unshare.ts"
import type { CreatedShare, ShareBackend } from "../../share-api/share-api.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { HttpError } from "../http/http-error.ts"
import { readSyncBody } from "../http/request-body.ts"
import { newBatchName, redactionRules, storeBatch } from "../items/batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch, type ServerRedactOptions } from "../items/clean-batch.ts"
import { deriveMarkKey, type RevealedSecrets } from "../items/redact-items.ts"
import { type SecretMarkCache, secretMarkCache } from "../items/secret-mark-cache.ts"
import { type ShareQuota, shareQuota } from "../items/share-quota.ts"
import { addDirtyMark, listDirtyMarks } from "../publishing/dirty-marks.ts"
import { readRefusal, writeRefusal } from "./content-state.ts"
import { type OwnerCache, ownerCache } from "./owner-cache.ts"
import {
  deriveShare,
  hasTombstone,
  isOwner,
  readOwner,
  type ShareOwner,
  wasRemovedWithSecret,
  writeOwner,
} from "./ownership.ts"
import { closeShares, deleteClosed, removeShare } from "./removal.ts"
import { findToken, type PublishToken } from "./tokens.ts"

export interface ShareBackendsOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: ServerRedactOptions | undefined
  /** Kinds of content that are not stored. */
  omit?: readonly Omission[] | undefined
  /** Whether a hook decides what is published. */
  hasHook?: boolean
  /** Maximum bytes of one sync, and of all stored items of one session. */
  maxBodyBytes: number
  maxShareBytes: number
  /** Redacts a batch that came with a token. Default: in this process. */
  clean?: (batch: RawBatch, token: string) => Promise<CleanBatch>
  /** URL of a share. Its last segment is the id, as `opencode import` expects. */
  linkOf: (id: string) => string
  /** Rejects while nothing may be published yet; see `bucketCheck`. */
  ready?: () => Promise<void>
  /** Called when a batch was stored that is not published yet. */
  onStored: (id: string, stored: StoredBatch) => void
  audit: (
    what: "create" | "remove" | "full" | "refused",
    about: { share: string; token: string; reason?: string; by?: string },
  ) => void
}

/** Backends of the share API, one for each publish token. */
export interface ShareBackends {
  /** The backend for the holder of a token. */
  forToken(token: PublishToken, plain: string): ShareBackend
  /** Removes a share for an authorized caller. `by`: the person, for the log. Throws what the store throws, and `left-behind`. */
  remove(id: string, owner: ShareOwner, by?: string): Promise<void>
  /**
   * Removes shares for an authorized person: all of them are unreadable before the first one is deleted. Other ids are
   * left out. Throws what the store throws; the sweep finishes what was begun.
   */
  removeMany(ids: readonly string[], by: string): Promise<RemovedShares>
}

/** Result of `removeMany`. */
export interface RemovedShares {
  /** Shares that nobody can read any more. */
  removed: number
  /** How many of them still have objects in the bucket, which are being deleted, or are tried again by the sweep. */
  undeleted: number
}

/** A batch that was just stored. */
export interface StoredBatch {
  name: string
  body: Uint8Array
  /** Secrets of the share, if the batch has revealed one: earlier items may contain it. */
  secrets?: RevealedSecrets
}

interface BackendContext extends ShareBackendsOptions {
  clean: NonNullable<ShareBackendsOptions["clean"]>
  secretMarks: SecretMarkCache
  quota: ShareQuota
  owners: OwnerCache
  /** See `redactionRules`. */
  rules: string
  /** Whether shares may have been refused by the company's policy. */
  hasPolicy: boolean
}

/**
 * Share backends on a bucket. Stateless, for any number of instances: whatever was acknowledged is in the bucket,
 * redacted. A removal writes a tombstone before it deletes, and a sync checks for the tombstone after it stores: so
 * nothing comes back, whichever is first. A removal at another instance is seen within seconds; what a sync stores until then is
 * deleted when it would be published.
 */
export function shareBackends(options: ShareBackendsOptions): ShareBackends {
  const { store, maxShareBytes, clean = cleanBatch } = options
  const context: BackendContext = {
    ...options,
    clean,
    secretMarks: secretMarkCache(),
    quota: shareQuota(store, maxShareBytes),
    owners: ownerCache(store),
    rules: redactionRules(options.version, options.redact),
    hasPolicy: options.redact?.refuse === true || options.hasHook === true,
  }
  return {
    remove: (id, owner, by) => removeOwned(context, id, owner, by),
    removeMany: (ids, by) => removeMany(context, ids, by),
    forToken: (token, plain) => ({
      create: (session) => createShare(context, session, token, plain),
      sync: (id, _, request) => acceptSync(context, id, request, token),
      remove: (id, secret) => removeForClient(context, id, secret, token),
    }),
  }
}

async function createShare(
  { store, version, now, ready, linkOf, quota, audit }: BackendContext,
  session: string,
  token: PublishToken,
  plain: string,
): Promise<CreatedShare> {
  await ready?.()
  let round = 0
  while (await hasTombstone(store, deriveShare(plain, session, round).id)) round++
  const { id, secret } = deriveShare(plain, session, round)
  if (!(await readOwner(store, id))) {
    const created = now().toISOString()
    const about = { format: FORMAT, id, session, title: "", generator: version, objects: {} }
    await writeManifest(store, { ...about, state: "publishing", created, updated: created })
    await writeOwner(store, id, { session, token, secret, now: now() })
    if (!(await findToken(store, token.hash))) {
      // Revoked meanwhile: whoever removes the token's shares may not have seen this one.
      await removeShare(store, id, await readOwner(store, id), now())
      throw new HttpError(401, "This publish token was revoked.")
    }
    quota.addShare(id)
    audit("create", { share: id, token: token.name })
  }
  return { id, url: linkOf(id), secret }
}

/** Stores a sync. A refusal of its size or by the company's policy is recorded for whoever opens the link, since OpenCode does not show it. */
async function acceptSync(context: BackendContext, id: string, request: Request, token: PublishToken): Promise<void> {
  try {
    await storeSync(context, id, request, token)
  } catch (error) {
    const isTooLarge = (error instanceof HttpError && error.status === 413) || error instanceof ShareTooLargeError
    const isFinal = error instanceof ShareError && error.code === "sharing-disabled"
    if ((isTooLarge || isFinal) && (await context.owners.find(id))?.token === token.hash) {
      const { message } = error
      const reason = isFinal && error.hint !== undefined ? `${message} ${error.hint}` : message
      context.audit("refused", { share: id, token: token.name, reason: message })
      if (!(error instanceof RefusedError)) await writeRefusal(context.store, id, { reason, isFinal })
    }
    throw error
  }
}

async function storeSync(context: BackendContext, id: string, request: Request, token: PublishToken): Promise<void> {
  const { store, redact, clean, secretMarks, quota, owners, audit, onStored } = context
  const { body, owner, secret } = await readOwnersBody(context, id, request, token)
  const marks = secretMarks.of(id)
  const batch = {
    body,
    session: owner.session,
    key: deriveMarkKey(secret),
    marks,
    redact,
    omit: context.omit,
    rules: context.rules,
  }
  const { items, marks: newMarks } = await clean(batch, token.hash)
  if (items.length === 0) return
  secretMarks.add(id, newMarks)
  if (!(await quota.reserve(id, items.length))) {
    audit("full", { share: id, token: token.name })
    throw new ShareTooLargeError(context.maxShareBytes)
  }
  const name = newBatchName(items)
  await addDirtyMark(store, id, name)
  await storeBatch(store, id, name, items)
  if (!(await owners.find(id))) {
    await emptyPrefix(store, id)
    await store.delete(await listDirtyMarks(store, id))
    throw notFoundError(id)
  }
  onStored(id, {
    name,
    body: items,
    ...(newMarks.length > 0 && { secrets: { key: batch.key, marks: secretMarks.of(id) } }),
  })
}

/** Reads the body of a sync, once its secret is known to be the owner's. */
async function readOwnersBody(
  { store, owners, maxBodyBytes, hasPolicy }: BackendContext,
  id: string,
  request: Request,
  token: PublishToken,
): Promise<{ body: Uint8Array; owner: ShareOwner; secret: string }> {
  let found: { owner: ShareOwner; secret: string } | undefined
  const body = await readSyncBody(request, maxBodyBytes, async (secret) => {
    const owner = await owners.find(id)
    if (!owner || !(await isOwner(store, owner, token, secret))) throw notFoundError(id)
    const refusal = hasPolicy ? await readRefusal(store, id) : undefined
    if (refusal?.isFinal) throw new RefusedError(refusal.reason)
    found = { owner, secret }
  })
  if (!found) throw notFoundError(id)
  return { body, ...found }
}

async function removeForClient(context: BackendContext, id: string, secret: string, token: PublishToken) {
  const { store } = context
  const owner = isShareId(id) ? await readOwner(store, id) : undefined
  if (owner && (await isOwner(store, owner, token, secret))) return removeOwned(context, id, owner)
  // An interrupted removal deleted the ownership record; the client repeats it.
  const isRepeated = isShareId(id) && !owner && (await wasRemovedWithSecret(store, id, secret))
  if (!isRepeated) throw notFoundError(id)
  return removeOwned(context, id, undefined)
}

async function removeOwned(
  { store, now, owners, secretMarks, audit }: BackendContext,
  id: string,
  owner?: ShareOwner,
  by?: string,
) {
  secretMarks.forget(id)
  await owners.removing([id], () => removeShare(store, id, owner, now()))
  if (owner) audit("remove", { share: id, token: owner.name, ...(by !== undefined && { by }) })
}

/** A person waits this long for the deletion of what is closed; then it continues in the background. */
const MAX_DELETION_WAIT_MS = 15_000

async function removeMany(
  { store, now, owners, secretMarks, audit }: BackendContext,
  ids: readonly string[],
  by: string,
): Promise<RemovedShares> {
  for (const id of ids) secretMarks.forget(id)
  const closed = await owners.removing(ids, () => closeShares(store, ids, now()))
  for (const { id, owner } of closed) audit("remove", { share: id, token: owner.name, by })
  const deleted = deleteClosed(store, closed).then((failed) => failed.length)
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<number>((resolve) => {
    timer = setTimeout(() => resolve(closed.length), MAX_DELETION_WAIT_MS)
  })
  const undeleted = await Promise.race([deleted, tooLong])
  clearTimeout(timer)
  return { removed: closed.length, undeleted }
}

/** A session has reached the limit of what is stored of it. */
class ShareTooLargeError extends ShareError {
  constructor(maxBytes: number) {
    super("bad-input", `The session exceeds this server's limit of ${maxBytes / 1_000_000} MB.`, {
      hint: "Messages sent before the limit stay shared.",
    })
  }
}

/** An earlier change of the share was refused by the company's policy. */
class RefusedError extends ShareError {
  constructor(reason: string) {
    super("sharing-disabled", reason)
  }
}

/** The same error for a missing share and for one that belongs to someone else. */
const notFoundError = (id: string) =>
  new ShareError("share-not-found", isShareId(id) ? `You have no share ${id}.` : "You have no such share.", {
    hint: "Share the session again for a new link.",
  })
