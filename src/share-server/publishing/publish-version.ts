import { withTemporaryFiles } from "../../lib/temporary-files.ts"
import { site } from "../../render/site/site.ts"
import { nextExpiry } from "../../share/expiry.ts"
import { type Manifest, readManifest } from "../../share/manifest.ts"
import { prepare, prepareRedacted } from "../../share/prepare.ts"
import { publish } from "../../share/publish.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { redactionRules, type StoredItems } from "../items/batches.ts"
import { toSessionRecord } from "../items/session-items.ts"
import { readChosenExpiry } from "../shares/chosen-expiry.ts"
import { writeRefusal } from "../shares/content-state.ts"
import { SERVER_FOLDER } from "../shares/json-objects.ts"
import { readOwner } from "../shares/ownership.ts"
import type { Lease } from "./lease.ts"
import { refusalOfHook } from "./publish-hook.ts"
import type { PublishShareOptions } from "./publish-options.ts"

const MAX_CONCURRENT_UPLOADS = 8

export interface PublishVersionOptions extends PublishShareOptions {
  lease: Lease
  /** The published objects are certain to be those of the manifest. */
  isConsistent: boolean
  /** The owner chose an expiry. */
  hasChosenExpiry: boolean
}

/**
 * Renders and uploads a version of a share; `removed` if it has no manifest any more, `refused` if the hook does not allow
 * it. Throws what the store throws, and `bad-settings` for a hook that fails.
 */
export async function publishVersion(
  id: string,
  stored: StoredItems,
  options: PublishVersionOptions,
): Promise<"published" | "superseded" | "removed" | "refused"> {
  const { store, version, now, lifetimeMs = Number.POSITIVE_INFINITY, lease, isConsistent } = options
  const manifest = await readManifest(store, id)
  if (!manifest) return "removed"
  const { session, leftOut } = await preparedSession(manifest, stored, options)
  if (options.publishHook && (await isRefusedByHook(options.publishHook, manifest, stored, store))) return "refused"
  const chosen = options.hasChosenExpiry ? await readChosenExpiry(store, id) : undefined
  const byServer = { durationMs: lifetimeMs, explicit: false }
  const { expires } = chosen ?? nextExpiry(manifest, byServer, session.info.updated, now())
  const prefixState = isConsistent && manifest.state === "published" ? "clean" : "dirty"
  const { status } = await withTemporaryFiles((temporary) =>
    publish(
      site(session, { id, version, leftOut, expires, temporary }),
      { manifest, prefixState },
      {
        store,
        now,
        concurrency: MAX_CONCURRENT_UPLOADS,
        version: { title: session.info.title, project: projectOf(session.info.directory), generator: version, expires },
        checkClaim: async () => (lease.isValid() ? "current" : "superseded"),
        isKept: (path) => path.startsWith(SERVER_FOLDER),
      },
    ),
  )
  return status
}

/** Name of a session's folder, for lists. */
const projectOf = (directory: string): string | undefined => /[^/\\]+(?=[/\\]*$)/.exec(directory)?.[0]

/** Runs the hook, and records why it refuses for the client and for readers. */
async function isRefusedByHook(
  hook: readonly string[],
  { id, session }: Manifest,
  { items }: StoredItems,
  store: ObjectStore,
): Promise<boolean> {
  const owner = await readOwner(store, id)
  const reason = await refusalOfHook(hook, toSessionRecord(items, session), { id, owner })
  if (reason !== undefined) await writeRefusal(store, id, { reason, isFinal: true })
  return reason !== undefined
}

/** Items that were redacted by the same rules when they came are not redacted again. */
async function preparedSession(
  { session }: Manifest,
  { items, rules }: StoredItems,
  { redact, version, omit = [] }: PublishVersionOptions,
) {
  const record = toSessionRecord(items, session)
  const selection = { omit: [...omit] }
  if (rules === redactionRules(version, redact)) return prepareRedacted(record, selection)
  // The server's own user does not occur in sessions.
  return prepare(record, {
    selection,
    redact: { ...redact, refuse: false, hasOwnMarks: true, person: { user: "", home: "" } },
  })
}
