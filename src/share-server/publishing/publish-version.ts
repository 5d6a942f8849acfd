import { withTemporaryFiles } from "../../lib/temporary-files.ts"
import { site } from "../../render/site/site.ts"
import { nextExpiry } from "../../share/expiry.ts"
import { type Manifest, readManifest } from "../../share/manifest.ts"
import { prepare, prepareRedacted } from "../../share/prepare.ts"
import { publish } from "../../share/publish.ts"
import { redactionRules, type StoredItems } from "../items/batches.ts"
import { toSessionRecord } from "../items/session-items.ts"
import { SERVER_FOLDER } from "../shares/json-objects.ts"
import type { Lease } from "./lease.ts"
import type { PublishShareOptions } from "./publish-options.ts"

const MAX_CONCURRENT_UPLOADS = 8

export interface PublishVersionOptions extends PublishShareOptions {
  lease: Lease
  /** The published objects are certain to be those of the manifest. */
  isConsistent: boolean
}

/** Renders and uploads a version of a share; `removed` if it has no manifest any more. Throws what the store throws. */
export async function publishVersion(
  id: string,
  stored: StoredItems,
  options: PublishVersionOptions,
): Promise<"published" | "superseded" | "removed"> {
  const { store, version, now, lifetimeMs = Number.POSITIVE_INFINITY, lease, isConsistent } = options
  const manifest = await readManifest(store, id)
  if (!manifest) return "removed"
  const { session, leftOut } = await preparedSession(manifest, stored, options)
  const { expires } = nextExpiry(manifest, { durationMs: lifetimeMs, explicit: false }, session.info.updated, now())
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

/** Items that were redacted by the same rules when they came are not redacted again. */
async function preparedSession(
  { session }: Manifest,
  { items, rules }: StoredItems,
  { redact, version }: PublishVersionOptions,
) {
  const record = toSessionRecord(items, session)
  if (rules === redactionRules(version, redact)) return prepareRedacted(record)
  // The server's own user does not occur in sessions.
  return prepare(record, { redact: { ...redact, hasOwnMarks: true, person: { user: "", home: "" } } })
}
