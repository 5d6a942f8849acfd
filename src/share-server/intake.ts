import { JsonBounds } from "./json-bounds.ts"

/** A request that is not read on, with the status to answer it with. */
export class Refused extends Error {
  readonly status: 400 | 408 | 413

  constructor(status: 400 | 408 | 413, message: string) {
    super(message)
    this.name = "Refused"
    this.status = status
  }
}

/** The header in which a client may show a share's secret, where its body does not begin with it. */
export const SECRET_HEADER = "opencode-bucket-secret"
/** The secret is looked for in so many of a body's first bytes. */
const HEAD_BYTES = 4_096
/** A body that shows its secret nowhere before is read up to this length. */
const UNKNOWN_BYTES = 65_536

/** A body has this long to begin, and a second more for each so many bytes. */
const PATIENCE_MS = 10_000
const LEAST_BYTES_PER_SECOND = 32_768

/** The bytes that a request may bring at most: what it says itself, where it says so. */
export function announced({ headers }: Request, most: number): number {
  const length = headers.get("content-length")
  return length !== null && !headers.has("transfer-encoding") && /^\d+$/.test(length) ? Number(length) : most
}

/**
 * What a request brings, whole; undefined where that is more than `most` bytes. Then the rest is read as well, up to a
 * limit: a client whose connection ends while it sends does not see the answer. Throws `Refused` for a body that comes too
 * slowly.
 */
export async function bodyOf(request: Request, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunksOf(request)) {
    length += chunk.length
    if (length <= most) chunks.push(chunk)
    else chunks = []
    if (length > most * 2) return undefined
  }
  return length > most ? undefined : joined(chunks, length)
}

/**
 * The body of a sync, whole and not yet parsed. `check` is given the share's secret before more than the first bytes are
 * kept; what it throws ends the reading. Throws `Refused` for a body that is too long, too slow, shows no secret in time, or
 * holds more than may be parsed. What is refused is read to its end all the same, within bounds, and kept nowhere.
 */
export async function syncBodyOf(
  request: Request,
  most: number,
  check: (secret: string) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const bounds = new JsonBounds(most)
  const chunks: Uint8Array[] = []
  let length = 0
  let isChecked = false
  const checkOnce = async (secret: string | undefined) => {
    if (isChecked || secret === undefined) return
    isChecked = true
    await check(secret)
  }
  const incoming = chunksOf(request)
  try {
    await checkOnce(request.headers.get(SECRET_HEADER) ?? undefined)
    for (let next = await incoming.next(); !next.done; next = await incoming.next()) {
      length += next.value.length
      if (length > most) throw new Refused(413, "That is more than one request may bring.")
      const tooMuch = bounds.take(next.value)
      if (tooMuch !== undefined) throw new Refused(400, `The request holds ${tooMuch}.`)
      chunks.push(next.value)
      if (!isChecked && length - next.value.length < HEAD_BYTES) await checkOnce(secretIn(joined(chunks, length)))
      if (!isChecked && length > UNKNOWN_BYTES)
        throw new Refused(400, `The request does not begin with its secret, and has no header ${SECRET_HEADER}.`)
    }
    const whole = joined(chunks, length)
    if (!isChecked) await checkOnce(secretOf(whole))
    return whole
  } catch (error) {
    if (!(error instanceof Refused && error.status === 408)) await drain(incoming, most)
    throw error
  }
}

const beginning = /^\s*\{\s*"secret"\s*:\s*"([^"\\]{1,256})"/

const secretIn = (bytes: Uint8Array): string | undefined =>
  beginning.exec(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)))?.[1]

/** The secret of a short body, wherever it stands; "" for one that has none. */
function secretOf(whole: Uint8Array): string {
  const { secret } = (parsed(whole) ?? {}) as { secret?: unknown }
  return typeof secret === "string" ? secret : ""
}

/** Parses JSON that somebody sent. Throws `Refused` for what is none. */
export function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw new Refused(400, "The request is not JSON.")
  }
}

async function drain(incoming: AsyncGenerator<Uint8Array>, most: number): Promise<void> {
  try {
    let length = 0
    for await (const chunk of incoming) {
      length += chunk.length
      if (length > most) return
    }
  } catch {}
}

async function* chunksOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  const start = performance.now()
  let length = 0
  try {
    for (;;) {
      const patience = PATIENCE_MS + (length / LEAST_BYTES_PER_SECOND) * 1_000 - (performance.now() - start)
      const { done, value } = await within(patience, reader.read())
      if (done) return
      length += value.length
      yield value
    }
  } finally {
    reader.cancel().catch(() => {})
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooSlow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refused(408, "The request comes too slowly.")), Math.max(0, milliseconds))
  })
  try {
    return await Promise.race([work, tooSlow])
  } finally {
    clearTimeout(timer)
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
