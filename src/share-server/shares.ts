import { ShareError } from "../errors.ts"
import type { RedactOptions } from "../redact/redact.ts"
import { FORMAT, writeManifest } from "../share/manifest.ts"
import { isShareId } from "../share/share-id.ts"
import { emptyPrefix } from "../share/unshare.ts"
import type { CreatedShare, ShareBackend } from "../share-api/share-api.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { keepItems, keptBytes } from "./batches.ts"
import { type CleanBatch, cleanBatch, type RawBatch } from "./clean-batch.ts"
import { syncBodyOf } from "./intake.ts"
import { knownSecrets } from "./known-secrets.ts"
import { isGone, isOwner, namesOf, type Owner, readOwner, takeBack, wasTakenBack, writeOwner } from "./owner.ts"
import { notePending } from "./pending.ts"
import { keyOfSecrets } from "./redact-items.ts"
import type { PublishToken } from "./tokens.ts"

export interface SharesOptions {
  store: ObjectStore
  version: string
  now: () => Date
  redact?: RedactOptions | undefined
  /** Bytes that one sync may bring, and that may be kept of one session. */
  maxBody: number
  maxShare: number
  /** Makes a batch ready for the bucket, for who has a token; here and now, unless given. */
  clean?: (batch: RawBatch, token: string) => Promise<CleanBatch>
  /** Where a share is opened; its last part is the id, as `opencode import` wants it. */
  link: (id: string) => string
  /** Rejects while nothing may be published yet: see `bucketTrial`. */
  ready?: () => Promise<void>
  /** Something was kept that readers do not see yet. */
  onKept: (id: string) => void
  audit: (what: "create" | "remove" | "full", about: { share: string; token: string }) => void
}

/** What stands behind the share protocol on a server, for everybody. */
export interface Shares {
  /** For who has this token. */
  of(token: PublishToken, plain: string): ShareBackend
  /** Takes a share back, for who may. Throws what the store throws, and `left-behind`. */
  remove(id: string, owner: Owner): Promise<void>
}

/** Shares of which something was learned and is remembered. */
const REMEMBERED = 1_000

/**
 * Shares in a bucket, for any number of instances and without anything to remember between requests: whatever is answered
 * as done is in the bucket, redacted. Taking a share back notes that first and deletes afterwards, and whoever stores
 * something looks for that note afterwards: so nothing comes back, whoever is first.
 */
export function sharesIn(options: SharesOptions): Shares {
  const { store, version, now, redact, maxBody, maxShare, link, ready, onKept, audit, clean = cleanBatch } = options
  const learned = knownSecrets()

  // Each batch is small beside the limit: looking once in a while is enough.
  const unseen = new Map<string, number>()
  async function hasRoom(id: string, bytes: number): Promise<boolean> {
    const since = (unseen.get(id) ?? Number.POSITIVE_INFINITY) + bytes
    const isDue = since > maxShare / 8
    const hasRoom = !isDue || (await keptBytes(store, id)) + bytes <= maxShare
    unseen.delete(id)
    if (hasRoom) unseen.set(id, isDue ? bytes : since)
    if (unseen.size > REMEMBERED) unseen.delete(unseen.keys().next().value as string)
    return hasRoom
  }

  async function create(session: string, token: PublishToken, plain: string): Promise<CreatedShare> {
    await ready?.()
    let round = 0
    while (await isGone(store, namesOf(plain, session, round).id)) round++
    const { id, secret } = namesOf(plain, session, round)
    if (!(await readOwner(store, id))) {
      const created = now().toISOString()
      await writeManifest(store, {
        ...{ format: FORMAT, id, session, title: "", state: "publishing", created, updated: created },
        ...{ generator: version, objects: {} },
      })
      await writeOwner(store, id, { session, token, secret, now: now() })
      // Nothing is kept of what has just been made, so that need not be looked up with its first batch.
      unseen.set(id, 0)
      audit("create", { share: id, token: token.name })
    }
    return { id, url: link(id), secret }
  }

  async function sync(id: string, request: Request, token: PublishToken): Promise<void> {
    let [owner, secret]: [Owner | undefined, string] = [undefined, ""]
    const body = await syncBodyOf(request, maxBody, async (shown) => {
      secret = shown
      owner = isShareId(id) ? await readOwner(store, id) : undefined
      if (!owner || !(await isOwner(store, owner, token, secret)) || (await isGone(store, id))) throw noShare(id)
    })
    const { session } = owner as unknown as Owner
    const marks = learned.of(id)
    const batch = { body, session, key: keyOfSecrets(secret), marks, redact }
    const { items, marks: more } = await clean(batch, token.hash)
    if (items.length === 0) return
    learned.add(id, more)
    if (!(await hasRoom(id, items.length))) {
      audit("full", { share: id, token: token.name })
      throw tooLarge(maxShare)
    }
    await Promise.all([keepItems(store, id, items), notePending(store, id)])
    if ((await isGone(store, id)) || !(await readOwner(store, id))) {
      await emptyPrefix(store, id)
      throw noShare(id)
    }
    onKept(id)
  }

  async function remove(id: string, owner: Owner | undefined): Promise<void> {
    learned.forget(id)
    await takeBack(store, id, owner, now())
    if (owner) audit("remove", { share: id, token: owner.name })
  }

  return {
    remove,
    of: (token, plain) => ({
      create: (session) => create(session, token, plain),
      sync: (id, _, request) => sync(id, request, token),
      async remove(id, secret) {
        if (!isShareId(id)) throw noShare(id)
        const owner = await readOwner(store, id)
        if (owner && (await isOwner(store, owner, token, secret))) return remove(id, owner)
        // A removal that was cut short has taken the owner along; the client asks again.
        if (!owner && (await wasTakenBack(store, id, secret))) return remove(id, undefined)
        throw noShare(id)
      },
    }),
  }
}

const tooLarge = (most: number) =>
  new ShareError("bad-input", `The session is larger than the ${most / 1_000_000} MB that this server keeps of one.`, {
    hint: "What was sent before stays shared.",
  })

/** The same for what is not there and for what is somebody else's. */
const noShare = (id: string) =>
  new ShareError("share-not-found", `There is no share ${isShareId(id) ? id : "of that name"} of yours.`, {
    hint: "Share the session again for a new link.",
  })
