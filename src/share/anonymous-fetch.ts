import { createHash } from "node:crypto"
import { constants, gunzipSync } from "node:zlib"

/** What an address answers to somebody without credentials or cookies, after its redirects. */
export interface AnonymousResponse {
  status: number
  headers: Headers
  /** The addresses that redirects led to, in order; the last one gave the answer. */
  hops: string[]
  /** The first `HEAD_BYTES` of the body, with its `Content-Encoding` undone. */
  head: Uint8Array
  /** The same, decompressed, where gzip came without a `Content-Encoding`: browsers show its bytes. */
  unpacked?: Uint8Array
  /** SHA-256 of the body, hexadecimal; undefined where it was not read to its end. */
  hash: string | undefined
}

/** An answer, or why there was none. */
export type AnonymousResult = AnonymousResponse | { unreachable: string }

export interface AnonymousFetchOptions {
  /** Reads the body to its end, however long it is, for its hash. */
  readAll?: boolean
  timeoutMs?: number
  signal?: AbortSignal
}

const HEAD_BYTES = 256 * 1024
const MAX_HOPS = 10
const TIMEOUT_MS = 10_000

// As browsers ask: a cache may keep one copy for each of these.
const HEADERS = {
  "user-agent": "opencode-bucket",
  accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "accept-encoding": "gzip, deflate, br",
}

/** Asks an `http:` or `https:` address as a stranger would. Follows redirects, and tells them. Never throws. */
export async function fetchAnonymously(
  url: string,
  { readAll = false, timeoutMs = TIMEOUT_MS, signal }: AnonymousFetchOptions = {},
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

async function read(response: Response, hops: string[], whole: boolean): Promise<AnonymousResponse> {
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
      if (whole || length < HEAD_BYTES) continue
      isWhole = false
      break
    }
  } catch (error) {
    // An answer all the same, though nobody can read it: its Content-Encoding is not that of its body.
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

/** What gzip holds, as far as it goes; undefined for anything else. */
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
  if (name === "TimeoutError" || name === "AbortError") return "it did not answer in time"
  return cause?.code || cause?.message || message
}

/** The media type of an answer, in lower case, without its parameters; "" if it tells none. */
export function mediaTypeOf({ headers }: Pick<AnonymousResponse, "headers">): string {
  // Of several, browsers take the last one.
  const last = (headers.get("content-type") ?? "").split(",").at(-1) ?? ""
  return last.split(";", 1)[0]!.trim().toLowerCase()
}

export const decodeText = (body: Uint8Array): string => Buffer.from(body).toString("utf8")

export const isHtml = (answer: Pick<AnonymousResponse, "headers">): boolean =>
  /^(?:text\/html|application\/xhtml\+xml)$/.test(mediaTypeOf(answer))
