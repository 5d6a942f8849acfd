import { HttpError } from "./http-error.ts"
import { JsonBounds } from "./json-bounds.ts"

/** Header for a share's secret, for clients whose body does not begin with it. */
export const SECRET_HEADER = "opencode-bucket-secret"
/** The secret is searched for in this many bytes at the start of a body. */
const SECRET_HEAD_BYTES = 4_096
/** A body without a secret in its head or header is read up to this length. */
const MAX_UNAUTHENTICATED_BYTES = 65_536

/** Time for a body to begin, plus one second for each `MIN_BYTES_PER_SECOND` received. */
const BODY_GRACE_MS = 10_000
const MIN_BYTES_PER_SECOND = 32_768

/** Length of a body by its `Content-Length`; `maxBytes` if it declares none. */
export function declaredLength({ headers }: Request, maxBytes: number): number {
  const length = headers.get("content-length")
  return length !== null && !headers.has("transfer-encoding") && /^\d+$/.test(length) ? Number(length) : maxBytes
}

/**
 * Reads a whole body; undefined if it is longer than `maxBytes`. The rest is then read and discarded, up to a limit: a
 * client whose connection closes while it sends does not see the response. Throws `HttpError` if the body arrives too
 * slowly.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of readChunks(request)) {
    length += chunk.length
    if (length <= maxBytes) chunks.push(chunk)
    else chunks = []
    if (length > maxBytes * 2) return undefined
  }
  return length > maxBytes ? undefined : concatenate(chunks, length)
}

/**
 * Reads the whole body of a sync, without parsing it. Calls `check` with the share's secret before more than the first
 * bytes are kept; what it throws ends the read. Throws `HttpError` if the body is too long, too slow, has no secret in
 * time, or exceeds the limits of `JsonBounds`. A refused body is still read to its end, within limits, and discarded.
 */
export async function readSyncBody(
  request: Request,
  maxBytes: number,
  check: (secret: string) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bounds = new JsonBounds(maxBytes)
  const chunks: Uint8Array[] = []
  let length = 0
  let isChecked = false
  const checkOnce = async (secret: string | undefined) => {
    if (isChecked || secret === undefined) return
    isChecked = true
    await check(secret)
  }
  const incoming = readChunks(request)
  try {
    await checkOnce(request.headers.get(SECRET_HEADER) ?? undefined)
    for (let next = await incoming.next(); !next.done; next = await incoming.next()) {
      length += next.value.length
      if (length > maxBytes)
        throw new HttpError(413, `The request exceeds this server's limit of ${maxBytes / 1_000_000} MB.`)
      const tooMuch = bounds.exceeded(next.value)
      if (tooMuch !== undefined) throw new HttpError(400, `The request contains ${tooMuch}.`)
      chunks.push(next.value)
      if (!isChecked && length - next.value.length < SECRET_HEAD_BYTES)
        await checkOnce(secretIn(concatenate(chunks, length)))
      if (!isChecked && length > MAX_UNAUTHENTICATED_BYTES)
        throw new HttpError(
          400,
          `The share's secret is missing: send it first in the body, or in the header ${SECRET_HEADER}.`,
        )
    }
    const whole = concatenate(chunks, length)
    if (!isChecked) await checkOnce(secretOf(whole))
    return whole
  } catch (error) {
    if (!(error instanceof HttpError && error.status === 408)) await drain(incoming, maxBytes)
    throw error
  }
}

const leadingSecret = /^\s*\{\s*"secret"\s*:\s*"([^"\\]{1,256})"/

const secretIn = (bytes: Uint8Array): string | undefined =>
  leadingSecret.exec(new TextDecoder().decode(bytes.subarray(0, SECRET_HEAD_BYTES)))?.[1]

/** The secret anywhere in a short body; "" if it has none. */
function secretOf(whole: Uint8Array): string {
  const { secret } = (parseJson(whole) ?? {}) as { secret?: unknown }
  return typeof secret === "string" ? secret : ""
}

/** Parses JSON of a client. Throws `HttpError` if it is invalid. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new HttpError(400, "The request body is not valid JSON.")
  }
}

async function drain(incoming: AsyncGenerator<Uint8Array>, maxBytes: number): Promise<void> {
  try {
    let length = 0
    for await (const chunk of incoming) {
      length += chunk.length
      if (length > maxBytes) return
    }
  } catch {}
}

async function* readChunks({ body }: Request): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  const start = performance.now()
  let length = 0
  try {
    for (;;) {
      const leftMs = BODY_GRACE_MS + (length / MIN_BYTES_PER_SECOND) * 1_000 - (performance.now() - start)
      const { done, value } = await receivedWithin(leftMs, reader.read())
      if (done) return
      length += value.length
      yield value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

async function receivedWithin<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new HttpError(408, "Timed out receiving the request body.")),
      Math.max(0, milliseconds),
    )
  })
  try {
    return await Promise.race([work, tooSlow])
  } finally {
    clearTimeout(timer)
  }
}

function concatenate(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
