import { createHash } from "node:crypto"
import { constants, gunzipSync } from "node:zlib"

/** The response to a request without credentials or cookies, after redirects. */
export interface AnonymousResponse {
  status: number
  headers: Headers
  /** Redirect targets in order; the last one sent the response. */
  hops: string[]
  /** The first `HEAD_BYTES` of the body, after decoding `Content-Encoding`. */
  head: Uint8Array
  /** `head` decompressed, if gzip arrived without `Content-Encoding`: browsers then show raw bytes. */
  unpacked?: Uint8Array
  /** SHA-256 of the body, hexadecimal; undefined if the body was not read to its end. */
  hash: string | undefined
}

/** A response, or the reason why there is none. */
export type AnonymousResult = AnonymousResponse | { unreachable: string }

export interface AnonymousFetchOptions {
  /** Read the body to its end, whatever its length, to compute its hash. */
  readAll?: boolean
  timeoutMs?: number
  signal?: AbortSignal
}

const HEAD_BYTES = 256 * 1024
const MAX_HOPS = 10
const ANONYMOUS_TIMEOUT_MS = 10_000

// The values that browsers send: a cache may keep a separate copy for each value.
const HEADERS = {
  "user-agent": "opencode-bucket",
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br",
}

/** Fetches an `http:` or `https:` address without credentials. Follows redirects and returns them. Never throws. */
export async function fetchAnonymously(
  url: string,
  { readAll = false, timeoutMs = ANONYMOUS_TIMEOUT_MS, signal }: AnonymousFetchOptions = {},
): Promise<AnonymousResult> {
  const limit = AbortSignal.timeout(timeoutMs)
  const hops: string[] = []
  try {
    for (let at = url; ; ) {
      const response = await fetch(at, {
        redirect: "manual",
        signal: signal ? AbortSignal.any([limit, signal]) : limit,
        headers: HEADERS,
      })
      const next = response.status >= 300 && response.status < 400 ? locationOf(response, at) : undefined
      if (next === undefined || hops.length === MAX_HOPS) return await read(response, hops, readAll)
      await response.body?.cancel()
      hops.push(next)
      at = next
    }
  } catch (error) {
    return { unreachable: reasonOf(error) }
  }
}

function locationOf({ headers }: Response, from: string): string | undefined {
  const location = headers.get("location")
  if (location === null || !URL.canParse(location, from)) return undefined
  const url = new URL(location, from)
  return /^https?:$/.test(url.protocol) ? url.href : undefined
}

async function read(response: Response, hops: string[], readAll: boolean): Promise<AnonymousResponse> {
  const { status, headers } = response
  const sum = createHash("sha256")
  const pieces: Uint8Array[] = []
  let length = 0
  let isWhole = true
  try {
    for await (const piece of response.body ?? []) {
      sum.update(piece)
      if (length < HEAD_BYTES) pieces.push(piece)
      length += piece.length
      if (readAll || length < HEAD_BYTES) continue
      isWhole = false
      break
    }
  } catch (error) {
    // Content-Encoding does not match the body. This still counts as a response.
    if (!isMiscoded(error)) throw error
    isWhole = false
  }
  const head = Buffer.concat(pieces).subarray(0, HEAD_BYTES)
  const unpacked = unpack(head)
  const hash = isWhole ? sum.digest("hex") : undefined
  return { status, headers, hops, head, hash, ...(unpacked && { unpacked }) }
}

const isMiscoded = (error: unknown): boolean => {
  const { code = "", cause } = error as Error & { code?: string }
  return /^(?:Z_|ERR__)/.test(code) || (cause !== undefined && isMiscoded(cause))
}

/** Decompresses gzip, even if truncated; undefined for other content. */
function unpack(head: Uint8Array): Uint8Array | undefined {
  if (head[0] !== 0x1f || head[1] !== 0x8b) return undefined
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, HEAD_BYTES)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: { code?: string; message?: string } }
  if (name === "TimeoutError" || name === "AbortError") return "timed out"
  return cause?.code || cause?.message || message
}

/** The media type in lower case, without parameters; "" if there is none. */
export function mediaTypeOf({ headers }: Pick<AnonymousResponse, "headers">): string {
  // Browsers use the last of several values.
  const last = (headers.get("content-type") ?? "").split(",").at(-1) ?? ""
  return last.split(";", 1)[0]!.trim().toLowerCase()
}

export const decodeText = (body: Uint8Array): string => Buffer.from(body).toString("utf8")

export const isHtml = (answer: Pick<AnonymousResponse, "headers">): boolean =>
  /^(?:text\/html|application\/xhtml\+xml)$/.test(mediaTypeOf(answer))
