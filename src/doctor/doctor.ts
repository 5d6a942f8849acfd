import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import { prefixOf } from "../share/manifest.ts"
import { createProbe } from "../share/probe-store.ts"
import { collect, type ObjectStore } from "../store/object-store.ts"
import type { BucketFacts } from "../store/s3/s3-examine.ts"
import { bucketFindings, locksEverything } from "./doctor-bucket.ts"
import { seenByStranger } from "./doctor-stranger.ts"
import { type Finding, failure } from "./finding.ts"

export interface DoctorOptions {
  store: ObjectStore
  /** The id of the scratch share. */
  id: string
  /** Asks the bucket about itself; absent for a local folder. */
  facts?: (() => Promise<BucketFacts>) | undefined
  /** The bucket policy that opens shares to everybody. */
  policy?: string | undefined
}

/**
 * Looks at a store: what it tells of itself, then a scratch page that is put, read back, listed, opened as a stranger
 * would, and removed, each step a finding. Before, listing and deleting are tried on nothing. After a step that fails, those that need it are left out. However it ends,
 * also when the caller stops listening, the scratch page is removed. Throws nothing but what is no `ShareError`.
 */
export async function* examine({ store, id, facts, policy }: DoctorOptions): AsyncGenerator<Finding> {
  if (facts) {
    let known: BucketFacts
    try {
      known = await facts()
    } catch (error) {
      yield failure(error instanceof ShareError && error.code === "store-credentials" ? "Credentials" : "Bucket", error)
      return
    }
    yield* bucketFindings(known)
    // What is put there could not be taken away again.
    if (locksEverything(known)) return
  }

  const { key, url, hash, rehearse, put, remove } = createProbe(store, id)
  const beforehand = [
    ["List", () => collect(store.list(prefixOf(id)))],
    ["Delete", rehearse],
  ] as const
  for (const [about, step] of beforehand) {
    const rehearsed = await tried(about, "nothing stands in the way", step)
    if (rehearsed.state !== "fail") continue
    // What could not be taken away again is not put there.
    yield rehearsed
    return
  }
  let isThere = true
  try {
    const wrote = await tried("Write", "an object was put there", put)
    yield wrote
    if (wrote.state === "fail") return
    yield await tried("Read", "it was given back as it was sent", async () => {
      const stored = await store.get(key)
      if (!stored || createHash("sha256").update(stored).digest("hex") !== hash)
        throw new ShareError("store-failed", "It is not given back as it was sent.", {
          hint: "Something between here and the bucket changes objects: a proxy, or a gateway with rules of its own.",
        })
    })
    yield await tried("List", "it is listed", async () => {
      if (!(await collect(store.list(prefixOf(id)))).some((entry) => entry.key === key))
        throw new ShareError("store-failed", "It is not listed, so a removal could not be proven.", {
          hint: "See whether the service lists new objects at once, and whether the credentials may list them.",
        })
    })
    yield* seenByStranger({ store, id, url, hash, policy })
    isThere = false
    yield await removed(remove)
  } finally {
    if (isThere) await remove().catch(() => {})
  }
}

async function tried(about: string, says: string, step: () => Promise<unknown>): Promise<Finding> {
  try {
    await step()
    return { about, state: "ok", says }
  } catch (error) {
    return failure(about, error)
  }
}

async function removed(remove: ReturnType<typeof createProbe>["remove"]): Promise<Finding> {
  const about = "Delete"
  try {
    const { deleted, proven, seen, note } = await remove()
    const pieces = deleted === 1 ? "it is" : `${deleted} versions of it are`
    if (proven) return { about, state: "ok", says: `${pieces} gone again, and the link is dead` }
    // That the address does not answer is told already.
    if (seen === "unreachable") return { about, state: "ok", says: `${pieces} gone again` }
    return {
      ...{ about, state: "warn" },
      says: `${pieces} deleted again, but whether the link is dead cannot be told from here`,
      ...(note !== undefined && { remedy: note }),
    }
  } catch (error) {
    const failed = failure(about, error)
    // Once more: what was left may have been refused only once.
    await remove().catch(() => {})
    return failed
  }
}
