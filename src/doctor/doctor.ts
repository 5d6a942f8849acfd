import { ShareError } from "../errors.ts"
import { formatCount } from "../lib/format-count.ts"
import { sha256 } from "../lib/hash.ts"
import { prefixOf } from "../share/manifest.ts"
import { createProbe } from "../share/probe-store.ts"
import { collect, type ObjectStore, type RemoteStore } from "../store/object-store.ts"
import type { BucketFacts } from "../store/s3/s3-inspect.ts"
import { anonymousFindings } from "./anonymous-findings.ts"
import { bucketFindings, locksEverything } from "./bucket-findings.ts"
import { type Finding, failureFinding } from "./finding.ts"

export interface DoctorOptions {
  store: ObjectStore
  /** The id of the scratch share. */
  id: string
  /** Reads the bucket's configuration; absent for a local folder. */
  facts?: (() => Promise<BucketFacts>) | undefined
  /** The bucket policy that makes shares public. */
  policy?: string | undefined
}

/**
 * Tests a store, one finding per step: its configuration; list and delete permissions; then a scratch page that is
 * uploaded, read, listed, opened anonymously and removed. Steps that depend on a failed one are skipped. The scratch page
 * is removed in any case, also if the caller stops iterating. Throws only errors other than `ShareError`.
 */
export async function* runDoctor({ store, id, facts, policy }: DoctorOptions): AsyncGenerator<Finding> {
  if (store.remote) {
    const { credentials } = store.remote
    const found = await tried("Credentials", "", credentials)
    yield found.state === "fail" ? found : { ...found, says: `from ${await credentials()}` }
    if (found.state === "fail") return
  }
  if (facts) {
    let known: BucketFacts
    try {
      known = await facts()
    } catch (error) {
      const isRejected = error instanceof ShareError && error.code === "store-credentials"
      yield failureFinding(isRejected ? "Credentials" : "Bucket", error)
      return
    }
    yield* bucketFindings(known)
    // A scratch page could not be removed again.
    if (locksEverything(known)) return
  }

  const { key, url, hash, checkPermissions, put, remove } = createProbe(store, id)
  const beforehand = [
    ["List", () => collect(store.list(prefixOf(id)))],
    ["Delete", checkPermissions],
  ] as const
  for (const [about, step] of beforehand) {
    const checked = await tried(about, "permission granted", step)
    if (checked.state !== "fail") continue
    // Do not upload what could not be removed again.
    yield checked
    return
  }
  let isThere = true
  try {
    const wrote = await tried("Write", "an object was uploaded", put)
    yield wrote
    if (wrote.state === "fail") return
    yield await tried("Read", "its content is unchanged", async () => {
      const stored = await store.get(key)
      if (!stored || sha256(stored) !== hash)
        throw new ShareError("store-failed", "The content that was read differs from what was uploaded.", {
          hint: "A proxy or gateway in front of the bucket may be modifying objects.",
        })
    })
    yield await tried("List", "it is listed", async () => {
      if (!(await collect(store.list(prefixOf(id)))).some((entry) => entry.key === key))
        throw new ShareError("store-failed", "The object is not listed, so a removal could not be verified.", {
          hint: "Check whether the service lists new objects immediately and whether the credentials may list them.",
        })
    })
    if (store.remote?.options) yield await optionsFinding(store.remote, key)
    yield* anonymousFindings({ store, id, url, hash, policy })
    isThere = false
    yield await removed(remove)
  } finally {
    if (isThere) await remove().catch(() => {})
  }
}

/** Whether the service did what the bucket's options ask of it: some ignore what they do not support. */
async function optionsFinding({ options, unmetOptions }: RemoteStore, key: string): Promise<Finding> {
  const about = "Options"
  try {
    const unmet = await unmetOptions(key)
    if (unmet.length === 0) return { about, state: "ok", says: `sent with every object: ${options}` }
    const remedy = "Remove the setting, or use a service that supports it."
    return { about, state: "warn", says: unmet.join("; "), remedy }
  } catch (error) {
    return failureFinding(about, error)
  }
}

async function tried(about: string, says: string, step: () => Promise<unknown>): Promise<Finding> {
  try {
    await step()
    return { about, state: "ok", says }
  } catch (error) {
    return failureFinding(about, error)
  }
}

async function removed(remove: ReturnType<typeof createProbe>["remove"]): Promise<Finding> {
  const about = "Delete"
  try {
    const { deleted, proven, seen, note } = await remove()
    const pieces = deleted === 1 ? "it is" : `${formatCount(deleted, "version")} of it are`
    if (proven) return { about, state: "ok", says: `${pieces} deleted, and the link is dead` }
    // An earlier finding already reports that the address does not respond.
    if (seen === "unreachable") return { about, state: "ok", says: `${pieces} deleted` }
    return {
      about,
      state: "warn",
      says: `${pieces} deleted, but the link could not be checked from here`,
      ...(note !== undefined && { remedy: note }),
    }
  } catch (error) {
    const failed = failureFinding(about, error)
    // Retry once: the refusal may have been transient.
    await remove().catch(() => {})
    return failed
  }
}
