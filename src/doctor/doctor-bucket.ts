import { formatDays } from "../share/retention.ts"
import type { BucketFacts } from "../store/s3/s3-examine.ts"
import type { Finding } from "./finding.ts"

/** Services refuse requests whose time is 15 minutes off. */
const MINUTE = 60_000

/** Whether everything that is put into this bucket stays there for a time, whoever deletes it. */
export const locksEverything = ({ lock }: BucketFacts): boolean => typeof lock === "object"

/** What a bucket tells of itself, as findings. */
export function bucketFindings({ credentials, versioning, lock, ahead }: BucketFacts): Finding[] {
  return [
    { about: "Credentials", state: "ok", says: `from ${credentials}` },
    ...(ahead === undefined ? [] : [clock(ahead)]),
    versions(versioning),
    locks(lock),
  ]
}

function clock(ahead: number): Finding {
  const about = "Clock"
  const minutes = Math.round(Math.abs(ahead) / MINUTE)
  if (minutes < 2) return { about, state: "ok", says: "agrees with the service's" }
  return {
    ...{ about, state: "warn" },
    says: `this machine's is ${minutes} minutes ${ahead > 0 ? "ahead of" : "behind"} the service's; from 15 on, requests are refused`,
    remedy: "Set the clock, best by time synchronisation.",
  }
}

function versions(versioning: BucketFacts["versioning"]): Finding {
  const about = "Versions"
  switch (versioning) {
    case "off":
      return { about, state: "ok", says: "none are kept: what is deleted is gone" }
    case "untold":
      return {
        about,
        state: "note",
        says: "not told whether old ones are kept; the trial below shows what deleting does",
      }
    default:
      return {
        ...{ about, state: "warn" },
        says:
          versioning === "on"
            ? "every version is kept: deleting alone is not erasure, only hides the last one"
            : "none are kept any more, but those from before are still there",
        remedy:
          "unshare deletes all versions of a share; that takes s3:ListBucketVersions and s3:DeleteObjectVersion. Replication to another bucket, and backups, it cannot reach.",
      }
  }
}

function locks(lock: BucketFacts["lock"]): Finding {
  const about = "Object lock"
  if (lock === "off") return { about, state: "ok", says: "off: nothing is held on to" }
  if (lock === "untold") return { about, state: "note", says: "not told whether objects can be locked" }
  if (lock === "on")
    return {
      ...{ about, state: "warn" },
      says: "can be set on objects: a share that somebody locks cannot be deleted before that ends",
      remedy: "Share into a bucket without object lock.",
    }
  return {
    ...{ about, state: "fail" },
    says: `every new object is locked for ${formatDays(lock.days)} (${lock.mode} mode): nothing that is shared could be unshared before. Nothing was tried`,
    remedy: "Take a bucket without object lock, or remove its default retention.",
  }
}
