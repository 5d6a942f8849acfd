import { createHash } from "node:crypto"
import { type Element, xml } from "./s3-xml.ts"

/** Replaces the real response: an S3 error with `code`, or a `body` as it is. */
export interface FaultAnswer {
  status: number
  code?: string
  message?: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  content?: string | Buffer
}

export function operationOf(method: string, key: string, query: URLSearchParams): string {
  if (key !== "") {
    const names: Record<string, string> = {
      PUT: "PutObject",
      GET: "GetObject",
      HEAD: "GetObject",
      DELETE: "DeleteObject",
    }
    return names[method] ?? method
  }
  if (method === "GET" && query.has("versioning")) return "GetBucketVersioning"
  if (method === "GET" && query.has("object-lock")) return "GetObjectLockConfiguration"
  if (method === "GET") return query.has("versions") ? "ListObjectVersions" : "ListObjectsV2"
  return method === "POST" && query.has("delete") ? "DeleteObjects" : method
}

export function ok(document: Element): Answer {
  return { status: 200, headers: { "content-type": "application/xml" }, content: xml(document) }
}

export function error(status: number, code: string, message: string): Answer {
  const content = xml(["Error", ["Code", code], ["Message", message]])
  return { status, headers: { "content-type": "application/xml" }, content }
}

/** The response to a read: the whole object, a range, or "not modified". */
export function forReader(
  asked: Record<string, string>,
  headers: Record<string, string> & { etag: string },
  content: Buffer,
): Answer {
  if (asked["if-none-match"] === headers.etag) return { status: 304, headers: { etag: headers.etag } }
  const [range, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(asked["range"] ?? "") ?? []
  if (range === undefined) return { status: 200, headers, content }
  const start = first === "" ? Math.max(0, content.length - Number(last)) : Number(first)
  const end = first === "" || last === "" ? content.length - 1 : Math.min(Number(last), content.length - 1)
  if (start >= content.length) return error(416, "InvalidRange", "The requested range is not satisfiable")
  const part = { ...headers, "content-range": `bytes ${start}-${end}/${content.length}` }
  return { status: 206, headers: part, content: content.subarray(start, end + 1) }
}

export function faultAnswer({ status, code, message = code ?? "", headers = {}, body }: FaultAnswer): Answer {
  const plain: Answer =
    body === undefined && code !== undefined ? error(status, code, message) : { status, content: body ?? "" }
  return { ...plain, headers: { ...plain.headers, ...headers } }
}

export function signatureMessage(code: string, region: string): string {
  return code === "AuthorizationHeaderMalformed"
    ? `The authorization header is malformed; the region is wrong; expecting '${region}'`
    : code
}

export function etag(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`
}
