import { homedir } from "node:os"
import path from "node:path"
import { ShareError } from "../errors.ts"
import { type BucketOptions, completeBucketOptions } from "./bucket-options.ts"
import { directoryStore } from "./directory/directory.ts"
import type { ObjectStore } from "./object-store.ts"

export interface Destination extends BucketOptions {
  /** `s3://bucket[/folder]`, or a local folder. */
  to: string
  endpoint?: string | undefined
  region?: string | undefined
  profile?: string | undefined
  pathStyle?: boolean | undefined
  /** Public base URL of the destination, including its folder. */
  publicUrl?: string | undefined
}

export type ParsedDestination = { kind: "s3"; bucket: string; folder: string } | { kind: "directory"; folder: string }

/**
 * Opens a destination. Sends and creates nothing; loads the AWS SDK for buckets only. Throws `bad-settings`.
 * @param options `maxSockets`: concurrent connections to a bucket; `fromLedger`: the destination comes from the ledger, see
 * `S3StoreOptions`
 */
export async function openStore(
  { to, publicUrl, ...service }: Destination,
  { maxSockets, fromLedger }: { maxSockets?: number | undefined; fromLedger?: boolean } = {},
): Promise<ObjectStore> {
  const destination = parseDestination(to)
  checkPublicUrl(publicUrl)
  if (destination.kind === "directory") return directoryStore(destination.folder, { publicUrl })
  const { s3Store } = await import("./s3/s3.ts")
  return s3Store({
    ...service,
    ...completeBucketOptions(service),
    maxSockets,
    fromLedger,
    publicUrl,
    bucket: destination.bucket,
    folder: destination.folder,
  })
}

/**
 * Parses `s3://bucket`, `s3://bucket/folder` or a local folder. A local folder becomes absolute (`~` is the home folder);
 * a bucket's `folder` has no slash at either end and may be empty. Throws `bad-settings`.
 */
export function parseDestination(to: string): ParsedDestination {
  if (to.trim() === "") throw bad("The destination is empty.", "Give s3://bucket, or a local folder.")
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]+):\/\//.exec(to)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (to.includes("\0")) throw bad(`${JSON.stringify(to)} is not a folder.`, "Give s3://bucket, or a local folder.")
    return { kind: "directory", folder: path.resolve(to.replace(/^~(?=$|[/\\])/, () => homedir())) }
  }
  if (scheme !== "s3") {
    const hint =
      scheme === "http" || scheme === "https"
        ? "Name the bucket as s3://bucket, and the address of its service with --endpoint."
        : "Give s3://bucket, or a local folder. Most services offer an S3 interface: name its address with --endpoint."
    throw bad(`${scheme}:// is not a destination.`, hint)
  }
  const [bucket = "", ...names] = to.slice("s3://".length).replace(/\/+$/, "").split("/")
  checkBucket(bucket)
  for (const name of names) {
    if (!/^[A-Za-z0-9 !_.*'()@=+,-]+$/.test(name) || name === "." || name === "..") {
      throw bad(
        `${JSON.stringify(names.join("/"))} is not a folder that can be used in a bucket.`,
        "Use letters, digits and - _ . between single slashes.",
      )
    }
  }
  return { kind: "s3", bucket, folder: names.join("/") }
}

/** Canonical form of a destination: lower-case scheme, no trailing slashes. */
export const canonicalTo = (to: string): string =>
  /^s3:\/\//i.test(to) ? `s3://${to.slice("s3://".length).replace(/\/+$/, "")}` : to

/** Plausible spellings of a destination with the same canonical form, canonical first. */
export function spellingsOf(to: string): string[] {
  const canonical = canonicalTo(to)
  if (!canonical.startsWith("s3://")) return [to]
  const capital = canonical.replace("s3", "S3")
  return [...new Set([canonical, `${canonical}/`, capital, `${capital}/`, to])]
}

/** Whether only this machine can open its links: a folder without a public URL. */
export const isLocal = ({ to, publicUrl }: Destination): boolean =>
  publicUrl === undefined && parseDestination(to).kind === "directory"

/** Names that AWS gives to something other than a bucket for objects of all kinds. */
const RESERVED_SUFFIXES = [
  {
    suffix: "--x-s3",
    what: "a directory bucket (S3 Express One Zone)",
    hint: "Use a general purpose bucket: a directory bucket lists in no order and is never readable by links.",
  },
  {
    suffix: "--ol-s3",
    what: "an Object Lambda access point",
    hint: "Use its bucket: objects cannot be stored through an Object Lambda access point.",
  },
]

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html; capitals and underscores, which other
// services and old AWS buckets allow, are left to the service to check.
function checkBucket(bucket: string): void {
  const reserved = RESERVED_SUFFIXES.find(({ suffix }) => bucket.endsWith(suffix))
  if (reserved) throw bad(`${bucket} is ${reserved.what}, which cannot hold shares.`, reserved.hint)
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(bucket) && !bucket.includes("..")) return
  throw bad(
    bucket === "" ? "The destination names no bucket." : `${JSON.stringify(bucket)} is not the name of a bucket.`,
    "A bucket has 3 to 63 lower-case letters, digits, dots and hyphens: s3://team-shares.",
  )
}

function checkPublicUrl(publicUrl: string | undefined): void {
  if (publicUrl === undefined) return
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined
  const whole =
    url !== undefined && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "" && url.username === ""
  if (whole) return
  // Not quoted: the address may contain a password.
  throw bad(
    "The public URL is not a plain web address.",
    "Give the address that the pages are seen under, such as https://shares.corp.example.",
  )
}

function bad(message: string, hint: string): ShareError {
  return new ShareError("bad-settings", message, { hint })
}
