/** The bytes that a request may bring at most: what it says itself, where it says so. */
export function announced({ headers }: Request, most: number): number {
  const length = headers.get("content-length")
  return length !== null && !headers.has("transfer-encoding") && /^\d+$/.test(length) ? Number(length) : most
}

/**
 * What a request brings, whole; undefined where that is more than `most` bytes. Then the rest is read as well, up to a
 * limit: a client whose connection ends while it sends does not see the answer.
 */
export async function bodyOf({ body }: Request, most: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  let chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length <= most) chunks.push(chunk)
    else chunks = []
    if (length > most * 2) return undefined
  }
  if (length > most) return undefined
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
