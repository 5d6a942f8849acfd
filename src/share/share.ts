import { ShareError } from "../errors.ts"
import type { SecretCount } from "../redact/marks/secrets.ts"
import type { SessionSource } from "../session/source.ts"
import { ensureErasable } from "./ensure-erasable.ts"
import { FORMAT } from "./manifest.ts"
import type { PrepareOptions } from "./prepare.ts"
import { type PublishSessionOptions, publishSession, type SessionPublishResult } from "./publish-session.ts"
import { readSession, type SessionToShare } from "./read-session.ts"
import type { ShareLink } from "./share-link.ts"

export interface ShareOptions extends PublishSessionOptions, PrepareOptions {
  /** Throws if this session may not be shared in this form. Called before anything is written. */
  mayShare: (session: SessionToShare) => Promise<void> | void
  /** Whether to share in a bucket that locks every object. Called after `mayShare`. A session already shared there is accepted. */
  acceptRetention?: (() => boolean) | undefined
  /** Called while waiting for another process, with its id, that holds the lock of this share. */
  onWait?: ((pid: number) => void) | undefined
}

export interface ShareResult extends ShareLink {
  id: string
  session: string
  title: string
  /** When it expires: ISO 8601, UTC; null: never. */
  expires: string | null
  /** Objects in the share, including the manifest. */
  objects: number
  /** Objects uploaded by this run, including the manifest, and their size in bytes before compression. */
  sent: number
  bytes: number
  /** Stale objects that were deleted. */
  removed: number
  /** Number of distinct redacted secrets, in total and of each kind. */
  redacted: number
  found: SecretCount[]
  /** The layout that the share had before this run, if that was an older one. */
  upgradedFrom?: number
}

/**
 * Creates or updates the share of a session: source → redact → select → normalize → render → publish → link.
 *
 * An update shares no more of the session than before, unless `selection` says so.
 *
 * May be interrupted at any point: the previous version stays readable, and the same call finishes the new one. A lock
 * serializes the processes of this machine. Other machines are detected by changes of the manifest: a share that is
 * removed there during publishing is not restored, and one that is also published there is uploaded again completely.
 * (If two machines finish within the same few milliseconds, pages of both can remain until the next share; only
 * conditional requests could prevent that, and not all stores support them.)
 *
 * Throws what `mayShare`, the source and the store throw; `store-failed` if the page does not read back as uploaded;
 * `store-busy` if the lock times out; on the first share to a destination, what `ensureErasable` throws; and
 * `share-not-found` if the share was removed meanwhile, after deleting what was uploaded since.
 */
export async function share(source: SessionSource, options: ShareOptions): Promise<ShareResult> {
  const { destination, ledger, onWait } = options
  return readSession(source, options, async (session) => {
    await options.mayShare(session)
    options.onStage?.("connecting")
    await ensureErasable({
      ...options,
      // A share that already has a link there was accepted before.
      acceptRetention: options.acceptRetention?.() || session.earlier?.url !== undefined,
    })
    const published = await ledger.withLock(
      { session: session.session.info.id, destination },
      () => retrySuperseded(options, (existing) => publishSession(session, { ...options, existing })),
      { onWait },
    )
    return resultOf(session, published)
  })
}

/** Attempts to publish if another machine publishes the same share at the same time. */
const MAX_ATTEMPTS = 3

type PublishedVersion = Extract<SessionPublishResult, { status: "published" }>

/** Repeats `publishOnce` while another machine supersedes its version. Throws `store-busy` after some attempts. */
async function retrySuperseded(
  { existing, store }: ShareOptions,
  publishOnce: (existing: string | undefined) => Promise<SessionPublishResult>,
): Promise<PublishedVersion> {
  let wanted = existing
  for (let left = MAX_ATTEMPTS; ; left--) {
    const result = await publishOnce(wanted)
    if (result.status === "published") return result
    if (left === 1) throw result.error ?? publishedElsewhere(result.id, store.name)
    wanted = result.id
  }
}

function resultOf({ found }: SessionToShare, { target, version, link }: PublishedVersion): ShareResult {
  const { id, session, title, expires = null } = target.entry
  const { manifest, sent, bytes, removed } = version
  const objects = Object.keys(manifest.objects).length + 1
  const redacted = found.reduce((sum, { secrets }) => sum + secrets, 0)
  const before = target.stored.manifest.format
  const upgrade = before < FORMAT && { upgradedFrom: before }
  return { id, session, title, expires, objects, sent, bytes, removed, redacted, found, ...upgrade, ...link }
}

const publishedElsewhere = (id: string, where: string) =>
  new ShareError("store-busy", `Share ${id} in ${where} is being published from another machine at the same time.`, {
    hint: "Run the same command again when that is done.",
  })
