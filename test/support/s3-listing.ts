import { type Bucket, byBytes, type StoredVersion } from "./s3-bucket.ts"
import type { Element } from "./s3-xml.ts"

/** Entry of a listing: a version, or a common prefix. */
type Line = { key: string; version: string; stored?: StoredVersion; latest: boolean }

/** ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export function listObjects(bucket: Bucket, name: string, query: URLSearchParams, pageSize: number): Element {
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64url").toString()
  const all = lines(bucket.current(), query).filter(({ key }) => after === "" || byBytes(key, after) > 0)
  const page = all.slice(0, pageSize)
  const truncated = all.length > page.length
  const token = Buffer.from(page.at(-1)?.key ?? "").toString("base64url")
  return [
    "ListBucketResult",
    ["Name", name],
    ["Prefix", query.get("prefix") ?? ""],
    ["KeyCount", page.length],
    ["IsTruncated", truncated],
    ...(truncated ? [["NextContinuationToken", token] as const] : []),
    ...page.map((line): Element => (line.stored ? ["Contents", ...described(line.stored)] : folder(line))),
  ]
}

/** ListObjectVersions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export function listVersions(bucket: Bucket, name: string, query: URLSearchParams, pageSize: number): Element {
  const key = query.get("key-marker") ?? ""
  const version = query.get("version-id-marker") ?? ""
  const all = lines(bucket.versions(), query)
  const within = all.findIndex((line) => line.key === key && line.version === version)
  const start =
    version !== "" && within >= 0 ? within + 1 : all.findIndex((line) => key === "" || byBytes(line.key, key) > 0)
  const rest = start < 0 ? [] : all.slice(start)
  const page = rest.slice(0, pageSize)
  const truncated = rest.length > page.length
  const last = page.at(-1)
  return [
    "ListVersionsResult",
    ["Name", name],
    ["Prefix", query.get("prefix") ?? ""],
    ["IsTruncated", truncated],
    ...(truncated && last
      ? [["NextKeyMarker", last.key] as const, ["NextVersionIdMarker", last.version] as const]
      : []),
    ...page.map((line): Element => {
      if (!line.stored) return folder(line)
      const about: Element[] = [["VersionId", line.version], ["IsLatest", line.latest], ...described(line.stored)]
      return [line.stored.deleteMarker ? "DeleteMarker" : "Version", ...about]
    }),
  ]
}

function lines(stored: readonly StoredVersion[], query: URLSearchParams): Line[] {
  const prefix = query.get("prefix") ?? ""
  const delimiter = query.get("delimiter") ?? ""
  const found: Line[] = []
  for (const one of stored) {
    if (!one.key.startsWith(prefix)) continue
    const end = delimiter === "" ? -1 : one.key.indexOf(delimiter, prefix.length)
    const previous = found.at(-1)?.key
    if (end < 0) found.push({ key: one.key, version: one.version, stored: one, latest: previous !== one.key })
    else {
      const rolled = one.key.slice(0, end + delimiter.length)
      if (previous !== rolled) found.push({ key: rolled, version: "", latest: true })
    }
  }
  return found
}

function described({ key, body, deleteMarker }: StoredVersion): Element[] {
  return [["Key", key], ...(deleteMarker ? [] : [["Size", body.length] as const])]
}

function folder({ key }: Line): Element {
  return ["CommonPrefixes", ["Prefix", key]]
}
