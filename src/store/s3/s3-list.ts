import {
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3"
import { ShareError } from "../../errors.ts"
import type { ObjectEntry } from "../object-store.ts"
import { isUnsupported } from "./errors/error-facts.ts"
import { notS3Endpoint, s3Error } from "./errors/s3-error.ts"
import type { S3Bucket } from "./s3-bucket.ts"

/** One page of a listing, and the marker of the next page; undefined for the last one. */
interface ListPage {
  entries: ObjectEntry[]
  folders: string[]
  next: ListMarker | undefined
}
type ListMarker = { ContinuationToken?: string; KeyMarker?: string; VersionIdMarker?: string | undefined }
type ListRequest = (marker: ListMarker) => Promise<ListPage>

/** Lists everything below a full prefix of the bucket: see `ObjectStore.list`. */
export async function* listEntries(s3: S3Bucket, prefix: string): AsyncGenerator<ObjectEntry> {
  for await (const { entries } of listPages(s3, prefix)) yield* entries
}

/** Names of the non-empty folders directly below a full prefix: see `ObjectStore.folders`. */
export async function* listFolders(s3: S3Bucket, prefix: string): AsyncGenerator<string> {
  const seen = new Set<string>()
  for await (const page of listPages(s3, prefix, "/")) {
    for (const found of page.folders) {
      const name = found.slice(prefix.length, -1)
      if (!seen.has(name)) yield name
      seen.add(name)
    }
  }
}

/** Lists everything below a full prefix of the bucket, page by page, with all versions if the service supports that. */
async function* listPages(s3: S3Bucket, prefix: string, delimiter?: "/"): AsyncGenerator<ListPage> {
  if (s3.versions === "listed" || s3.versions === undefined) {
    let shown = 0
    try {
      for await (const page of followPages(s3, prefix, versionLister(s3, prefix, delimiter))) {
        s3.versions = "listed"
        shown += page.entries.length + page.folders.length
        yield page
      }
    } catch (error) {
      const refused = s3.versions === "listed" ? undefined : withoutVersions(error)
      if (refused === undefined) throw s3Error(error, { ...s3, operation: "list-versions", key: prefix })
      s3.versions = refused
    }
    // A service that ignores `?versions` sends a response that parses as an empty listing. An empty result must be
    // certain, so list without versions as well.
    if (shown > 0) return
  }
  try {
    yield* followPages(s3, prefix, plainLister(s3, prefix, delimiter))
  } catch (error) {
    throw s3Error(error, { ...s3, operation: "list", key: prefix })
  }
}

function withoutVersions(error: unknown): "unsupported" | "denied" | undefined {
  if (isUnsupported(error)) return "unsupported"
  return error instanceof Error && error.name === "AccessDenied" ? "denied" : undefined
}

async function* followPages(s3: S3Bucket, prefix: string, lister: ListRequest): AsyncGenerator<ListPage> {
  const asked = new Set<string>()
  for (let marker: ListMarker | undefined = {}; marker !== undefined; ) {
    asked.add(JSON.stringify(marker))
    const page = await lister(marker)
    const foreign = page.entries.find(({ key }) => !key.startsWith(prefix))?.key
    if (foreign !== undefined) {
      throw new ShareError("store-failed", `${s3.endpoint} listed ${foreign}, which is not below ${prefix}.`, {
        hint: "This service cannot be trusted to delete the right objects; use another one.",
      })
    }
    yield page
    marker = page.next
    if (marker !== undefined && asked.has(JSON.stringify(marker))) throw listingBrokenOff(s3)
  }
}

function plainLister(s3: S3Bucket, prefix: string, delimiter?: "/"): ListRequest {
  return async (marker) => {
    const page = await s3.client.send(
      new ListObjectsV2Command({ Bucket: s3.bucket, Prefix: prefix, Delimiter: delimiter, ...marker }),
    )
    checkListing(s3, page)
    const entries = (page.Contents ?? []).map(({ Key = "", Size = 0 }) => ({ key: Key, size: Size }))
    const token = page.NextContinuationToken
    if (page.IsTruncated && !token) throw listingBrokenOff(s3)
    return {
      entries,
      folders: foldersOf(page),
      next: page.IsTruncated && token ? { ContinuationToken: token } : undefined,
    }
  }
}

function versionLister(s3: S3Bucket, prefix: string, delimiter?: "/"): ListRequest {
  return async (marker) => {
    const page = await s3.client.send(
      new ListObjectVersionsCommand({ Bucket: s3.bucket, Prefix: prefix, Delimiter: delimiter, ...marker }),
    )
    checkListing(s3, page)
    const { KeyMarker, VersionIdMarker } = marker
    const versions = (page.Versions ?? []).map(({ Key = "", Size = 0, VersionId }) => entry(Key, Size, VersionId))
    const markers = (page.DeleteMarkers ?? []).map(({ Key = "", VersionId, IsLatest }) => ({
      ...entry(Key, 0, VersionId),
      ...(IsLatest && { hides: true as const }),
    }))
    // Ceph starts at the marker instead of after it.
    const entries = [...versions, ...markers].filter(({ key }) => VersionIdMarker !== undefined || key !== KeyMarker)
    const folders = foldersOf(page)
    const { NextKeyMarker, NextVersionIdMarker } = page
    if (!page.IsTruncated) return { entries, folders, next: undefined }
    if (!NextKeyMarker) throw listingBrokenOff(s3)
    const told = { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }
    if (delimiter !== undefined || !NextVersionIdMarker) return { entries, folders, next: told }
    // The page ends among the versions of one key. Swift loses versions when continuing from there, so the next page
    // starts after the last complete key, unless one key fills the whole page.
    const whole = entries.filter(({ key }) => key !== NextKeyMarker)
    if (whole.length === 0) return { entries, folders, next: told }
    return { entries: whole, folders, next: { KeyMarker: whole.map(({ key }) => key).reduce(later) } }
  }
}

function entry(key: string, size: number, version: string | undefined): ObjectEntry {
  return version === undefined ? { key, size } : { key, size, version }
}

/** The later key in the order of UTF-8 bytes, in which S3 lists. */
function later(a: string, b: string): string {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a
}

function foldersOf(page: ListObjectsV2CommandOutput | ListObjectVersionsCommandOutput): string[] {
  return (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix === undefined ? [] : [Prefix]))
}

/** A web page with status 200 parses as an empty listing; a real listing names its bucket. */
function checkListing(s3: S3Bucket, page: ListObjectsV2CommandOutput | ListObjectVersionsCommandOutput): void {
  if (page.Name !== undefined || page.IsTruncated !== undefined) return
  throw notS3Endpoint(s3.endpoint)
}

function listingBrokenOff(s3: S3Bucket): ShareError {
  return new ShareError("store-failed", `${s3.endpoint} broke off a listing of ${s3.bucket} half-way.`, {
    hint: "Try again; if it stays, this service cannot list more than one page and is not usable.",
  })
}
