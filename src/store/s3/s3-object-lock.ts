import { GetObjectLockConfigurationCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import type { ObjectEntry, Retention } from "../object-store.ts"
import { errorFacts } from "./errors/error-facts.ts"
import type { S3Bucket } from "./s3-bucket.ts"

/** Object lock of a bucket: enabled, disabled, or enabled with a default retention for every new object. */
export type ObjectLock = "on" | "off" | Retention

/** Reads a bucket's object lock with one request. Throws the service's errors, except the one that means "none". */
export async function readObjectLock({ client, bucket }: Pick<S3Bucket, "client" | "bucket">): Promise<ObjectLock> {
  try {
    const { ObjectLockConfiguration: lock } = await client.send(
      new GetObjectLockConfigurationCommand({ Bucket: bucket }),
    )
    const { Mode, Days = 0, Years = 0 } = lock?.Rule?.DefaultRetention ?? {}
    if (Mode) return { mode: Mode.toLowerCase(), days: Days + Years * 365 }
    return lock?.ObjectLockEnabled === "Enabled" ? "on" : "off"
  } catch (error) {
    if (errorFacts(error).code === "ObjectLockConfigurationNotFoundError") return "off"
    throw error
  }
}

/**
 * The error for a version that cannot be deleted because it is locked, with mode and end; undefined if it is not locked, or
 * if the service does not report it. One request.
 */
export async function lockedError(
  { client, bucket }: S3Bucket,
  { key, version }: ObjectEntry,
  cause: unknown,
): Promise<ShareError | undefined> {
  const about = { Bucket: bucket, Key: key, ...(version !== undefined && { VersionId: version }) }
  const found = await client.send(new HeadObjectCommand(about)).catch(() => undefined)
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = found ?? {}
  const what = `s3://${bucket}/${key}`
  if (mode && until && until.getTime() > Date.now())
    return new ShareError(
      "store-denied",
      `${what} is locked until ${minuteOf(until)} (object lock, ${mode.toLowerCase()} mode) and cannot be deleted before then.`,
      {
        hint:
          mode === "GOVERNANCE"
            ? "Run the same command again after that; users with s3:BypassGovernanceRetention can delete it earlier in the service's console."
            : "Run the same command again after that: in compliance mode nobody can delete it earlier.",
        cause,
      },
    )
  if (hold === "ON")
    return new ShareError("store-denied", `${what} is under a legal hold and cannot be deleted until it is lifted.`, {
      hint: "Ask the bucket's owner to lift the legal hold, then run the same command again.",
      cause,
    })
  return undefined
}

/** Formats a time: `1 December 2026, 22:54 UTC`. */
const minuteOf = (time: Date): string =>
  `${new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(time)}, ${time.toISOString().slice(11, 16)} UTC`
