import { MINUTE_MS } from "../lib/duration.ts"
import { formatDays } from "../share/retention.ts"
import type { BucketFacts } from "../store/s3/s3-inspect.ts"
import type { Finding } from "./finding.ts"

/** Whether every new object in this bucket is locked by a default retention. */
export const locksEverything = ({ lock }: BucketFacts): boolean => typeof lock === "object"

/** Findings from what a bucket reports about itself. */
export function bucketFindings({ versioning, lock, clockSkewMs }: BucketFacts): Finding[] {
  return [...(clockSkewMs === undefined ? [] : [clock(clockSkewMs)]), versions(versioning), locks(lock)]
}

function clock(skewMs: number): Finding {
  const about = "Clock"
  const minutes = Math.round(Math.abs(skewMs) / MINUTE_MS)
  if (minutes < 2) return { about, state: "ok", says: "in sync with the service" }
  return {
    about,
    state: "warn",
    says: `this machine is ${minutes} minutes ${skewMs > 0 ? "ahead of" : "behind"} the service; from 15 minutes on, requests are refused`,
    remedy: "Set the clock, preferably with time synchronization.",
  }
}

function versions(versioning: BucketFacts["versioning"]): Finding {
  const about = "Versions"
  switch (versioning) {
    case "off":
      return { about, state: "ok", says: "not kept: deleted objects are gone" }
    case "untold":
      return {
        about,
        state: "note",
        says: "unknown whether old versions are kept; the test below shows what deleting does",
      }
    default:
      return {
        about,
        state: "warn",
        says:
          versioning === "on"
            ? "every version is kept: a plain delete only hides the latest one"
            : "new versions are not kept, but older ones still exist",
        remedy:
          "unshare deletes all versions of a share, which requires s3:ListBucketVersions and s3:DeleteObjectVersion. It cannot reach replicas in other buckets or backups.",
      }
  }
}

function locks(lock: BucketFacts["lock"]): Finding {
  const about = "Object lock"
  if (lock === "off") return { about, state: "ok", says: "off: objects can be deleted at any time" }
  if (lock === "untold") return { about, state: "note", says: "unknown whether objects can be locked" }
  if (lock === "on")
    return {
      about,
      state: "warn",
      says: "can be set on objects: a locked share cannot be deleted before the lock ends",
      remedy: "Use a bucket without object lock.",
    }
  return {
    about,
    state: "fail",
    says: `every new object is locked for ${formatDays(lock.days)} (${lock.mode} mode): shares could not be deleted before that. The test was skipped`,
    remedy: "Use a bucket without object lock, or remove its default retention.",
  }
}
