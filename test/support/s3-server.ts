import { createHash } from "node:crypto"
import http, { type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import {
  type Answer,
  error,
  etag,
  type FaultAnswer,
  faultAnswer,
  forReader,
  ok,
  operationOf,
  signatureMessage,
} from "./s3-answers.ts"
import { Bucket, type StoredVersion } from "./s3-bucket.ts"
import { listObjects, listVersions } from "./s3-listing.ts"
import { signatureError } from "./s3-signature.ts"
import { type Element, elements, unescapeXml } from "./s3-xml.ts"

export interface S3Request {
  method: string
  /** Decoded; empty for requests on the bucket. */
  key: string
  bucket: string
  query: URLSearchParams
  headers: Record<string, string>
  body: Buffer
  /** S3's name: `PutObject`, `GetObject`, `ListObjectsV2`, `ListObjectVersions`, `DeleteObject`, `DeleteObjects`. */
  operation: string
  anonymous: boolean
  /** Number of the request on this server, from 1. */
  number: number
}

/** `reset` cuts the connection before the request is executed, `lost` after it, `truncate` within the response. */
export type Fault = FaultAnswer | "reset" | "lost" | "hang" | "truncate" | undefined

export interface S3ServerOptions {
  bucket?: string
  region?: string
  accessKey?: string
  secretKey?: string
  /** `denied`: versioning is on, but these credentials may not list versions. */
  versions?: "off" | "on" | "denied" | "unsupported" | "ignored"
  deleteObjects?: "on" | "unsupported"
  /** Take the bucket from the path, regardless of the Host header. */
  pathStyleOnly?: boolean
  /** Refuse all checksum headers but Content-MD5, like services without checksum support. */
  refuseChecksums?: boolean
  /** Maximum page size of a listing. */
  pageSize?: number
  /** Permissions of anonymous requests. */
  publicRead?: boolean
  publicList?: boolean
  /** Keys that DeleteObjects and DeleteObject refuse, with their error code. */
  undeletable?: (key: string) => string | undefined
  /** Milliseconds that the server's clock is ahead. */
  clockOffset?: number
  fault?: (request: S3Request) => Fault
  /** Awaited before each response. */
  delay?: (request: S3Request) => Promise<void>
}

export interface S3Server {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  /** Variables with which the SDK finds this server's credentials, and none of the machine. */
  readonly environment: Record<string, string>
  /** All requests so far, in order of arrival. */
  readonly requests: S3Request[]
  /** Objects that readers see, by key, as stored (text is compressed). */
  objects(): Map<string, StoredVersion>
  /** Everything in the bucket, including old versions and delete markers. */
  versions(): StoredVersion[]
  /** Stores an object without a request. */
  putDirectly(key: string, content: string): void
  /** May be changed while the server runs. */
  readonly options: S3ServerOptions
  close(): Promise<void>
}

/**
 * A small S3 server in this process, on loopback, for one bucket. Stricter than most services: signatures are checked
 * in full, aws-chunked bodies are refused (501), DeleteObjects without a correct Content-MD5 is refused (400), and
 * every error is S3's XML. The bucket is reachable in path style and by its name in the Host header. `fault` makes
 * requests fail.
 */
export async function startS3Server(options: S3ServerOptions = {}): Promise<S3Server> {
  const settings = {
    bucket: "shares",
    region: "us-east-1",
    accessKey: "testaccess",
    secretKey: "testsecret",
    ...options,
  }
  const bucket = new Bucket(options.versions === "on" || options.versions === "denied")
  const requests: S3Request[] = []

  const server = http.createServer({ requireHostHeader: true }, (incoming, response) => {
    answer(incoming, response).catch((error: unknown) => response.destroy(error as Error))
  })

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const request = parse(incoming, body)
    requests.push(request)
    const fault = settings.fault?.(request)
    response.setHeader("date", new Date(Date.now() + (settings.clockOffset ?? 0)).toUTCString())
    if (fault === "hang") return
    if (fault === "reset") return void incoming.socket.destroy()
    const {
      status,
      headers = {},
      content = "",
    } = typeof fault === "object" ? faultAnswer(fault) : (refusal(incoming, request) ?? carryOut(request))
    await settings.delay?.(request)
    if (fault === "lost") return void incoming.socket.destroy()
    const bytes = Buffer.from(content)
    const sent = request.method === "HEAD" || status === 204 ? Buffer.alloc(0) : bytes
    response.writeHead(status, {
      "x-amz-request-id": `R${request.number}`,
      ...(status === 204 ? {} : { "content-length": bytes.length }),
      ...headers,
    })
    if (fault !== "truncate") return void response.end(sent)
    response.write(sent.subarray(0, Math.floor(sent.length / 2)), () => incoming.socket.destroy())
  }

  function parse(incoming: IncomingMessage, body: Buffer): S3Request {
    const [rawPath = "", rawQuery = ""] = (incoming.url ?? "/").split("?", 2)
    const query = new URLSearchParams(rawQuery)
    const path = decodeURIComponent(rawPath).slice(1)
    const virtual = !settings.pathStyleOnly && (incoming.headers.host ?? "").startsWith(`${settings.bucket}.`)
    const slash = path.indexOf("/")
    const [name, key] = virtual
      ? [settings.bucket, path]
      : slash < 0
        ? [path, ""]
        : [path.slice(0, slash), path.slice(slash + 1)]
    const method = incoming.method ?? "GET"
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([header, value]) => [header, String(value)]),
    )
    const operation = operationOf(method, key, query)
    const number = requests.length + 1
    return {
      method,
      key,
      bucket: name,
      query,
      headers,
      body,
      operation,
      anonymous: headers["authorization"] === undefined,
      number,
    }
  }

  /** Reason to refuse a request before it is executed. */
  function refusal(incoming: IncomingMessage, request: S3Request): Answer | undefined {
    const { headers, operation, body } = request
    if (request.anonymous) {
      const readable =
        operation === "GetObject" ? settings.publicRead : operation === "ListObjectsV2" && settings.publicList
      if (!readable) return error(403, "AccessDenied", "Access Denied")
    } else {
      if (
        /^STREAMING-/.test(headers["x-amz-content-sha256"] ?? "") ||
        /aws-chunked/.test(headers["content-encoding"] ?? "")
      ) {
        return error(
          501,
          "NotImplemented",
          "Transfering payloads in multiple chunks using aws-chunked is not supported.",
        )
      }
      const now = Date.now() + (settings.clockOffset ?? 0)
      const wrong = signatureError(
        { method: request.method, url: incoming.url ?? "/", headers, body },
        { ...settings, now },
      )
      if (wrong !== undefined)
        return error(
          wrong === "AuthorizationHeaderMalformed" ? 400 : 403,
          wrong,
          signatureMessage(wrong, settings.region),
        )
    }
    if (request.bucket !== settings.bucket) return error(404, "NoSuchBucket", "The specified bucket does not exist")
    const checksum = Object.keys(headers).find((header) => /^x-amz-(sdk-)?checksum-/.test(header))
    if (settings.refuseChecksums && checksum !== undefined)
      return error(400, "InvalidArgument", `${checksum} is not supported`)
    const md5 = headers["content-md5"]
    if (md5 === undefined && operation === "DeleteObjects")
      return error(400, "InvalidRequest", "Missing required header for this request: Content-MD5")
    if (md5 !== undefined && md5 !== createHash("md5").update(body).digest("base64"))
      return error(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
    return undefined
  }

  function carryOut(request: S3Request): Answer {
    const { key, query, body, headers } = request
    const version = query.get("versionId") ?? undefined
    switch (request.operation) {
      case "PutObject": {
        const kept = ["content-type", "content-encoding", "cache-control"].filter((name) => headers[name] !== undefined)
        const id = bucket.put(key, body, Object.fromEntries(kept.map((name) => [name, headers[name] ?? ""])))
        return {
          status: 200,
          headers: { etag: etag(body), ...(bucket.keepsVersions ? { "x-amz-version-id": id } : {}) },
        }
      }
      case "GetObject": {
        const found = bucket.get(key, version)
        if (found === undefined) return error(404, "NoSuchKey", "The specified key does not exist.")
        const described = { "content-type": "binary/octet-stream", ...found.headers, etag: etag(found.body) }
        return forReader(headers, described, found.body)
      }
      case "ListObjectsV2":
        return ok(listObjects(bucket, settings.bucket, query, settings.pageSize ?? 1000))
      case "ListObjectVersions":
        if (settings.versions === "unsupported")
          return error(501, "NotImplemented", "A header you provided implies functionality that is not implemented")
        if (settings.versions === "denied") return error(403, "AccessDenied", "Access Denied")
        if (settings.versions === "ignored")
          return ok(listObjects(bucket, settings.bucket, query, settings.pageSize ?? 1000))
        return ok(listVersions(bucket, settings.bucket, query, settings.pageSize ?? 1000))
      case "GetBucketVersioning":
        if (settings.versions === "unsupported") return error(501, "NotImplemented", "Not implemented")
        if (settings.versions === "denied") return error(403, "AccessDenied", "Access Denied")
        return ok(["VersioningConfiguration", ...(bucket.keepsVersions ? [["Status", "Enabled"] as const] : [])])
      case "GetObjectLockConfiguration":
        return error(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist")
      case "DeleteObject": {
        const code = settings.undeletable?.(key)
        if (code !== undefined) return error(code === "NoSuchKey" ? 404 : 403, code, code)
        const done = bucket.delete(key, version)
        const id = done.version ?? done.marker
        return {
          status: 204,
          headers: {
            ...(done.marker === undefined ? {} : { "x-amz-delete-marker": "true" }),
            ...(id === undefined ? {} : { "x-amz-version-id": id }),
          },
        }
      }
      case "DeleteObjects":
        return settings.deleteObjects === "unsupported"
          ? error(501, "NotImplemented", "Not implemented")
          : deleteObjects(body.toString())
      default:
        return error(405, "MethodNotAllowed", `${request.operation} is not something this server does.`)
    }
  }

  function deleteObjects(document: string): Answer {
    const asked = elements(document, "Object").map((inner) => ({
      key: unescapeXml(elements(inner, "Key")[0] ?? ""),
      version: elements(inner, "VersionId")[0],
    }))
    if (asked.length === 0 || asked.length > 1000)
      return error(
        400,
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
      )
    const rows = asked.map(({ key, version }): Element => {
      const about: Element[] = [["Key", key], ...(version === undefined ? [] : [["VersionId", version] as const])]
      const code = settings.undeletable?.(key)
      if (code !== undefined) return ["Error", ...about, ["Code", code], ["Message", code]]
      const { marker } = bucket.delete(key, version)
      return [
        "Deleted",
        ...about,
        ...(marker === undefined ? [] : [["DeleteMarker", true] as const, ["DeleteMarkerVersionId", marker] as const]),
      ]
    })
    return ok(["DeleteResult", ...rows])
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    endpoint,
    bucket: settings.bucket,
    region: settings.region,
    options: settings,
    requests,
    environment: {
      AWS_ACCESS_KEY_ID: settings.accessKey,
      AWS_SECRET_ACCESS_KEY: settings.secretKey,
      AWS_CONFIG_FILE: "/nonexistent/config",
      AWS_SHARED_CREDENTIALS_FILE: "/nonexistent/credentials",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    objects: () => new Map(bucket.current().map((stored) => [stored.key, stored])),
    versions: () => bucket.versions(),
    putDirectly: (key, content) => void bucket.put(key, Buffer.from(content), {}),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
