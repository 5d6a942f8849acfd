import { promisify } from "node:util"
import { gunzip, gzip } from "node:zlib"

const COMPRESSIBLE =
  /^(?:text\/(?:html|css|markdown|plain|javascript)|application\/(?:json|javascript)|image\/svg\+xml)(?:;|$)/

/** Whether a content type is stored with `Content-Encoding: gzip`: text of any kind, including SVG. */
export function isCompressible(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType.trim().toLowerCase())
}

/** Encodes content for upload as a Buffer: the SDK sends streams in a framing that several vendors reject or store. */
export async function encode(body: Uint8Array, contentType: string): Promise<{ body: Buffer; encoding?: "gzip" }> {
  const plain = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  if (!isCompressible(contentType)) return { body: plain }
  return { body: await promisify(gzip)(plain), encoding: "gzip" }
}

/**
 * Reverses `encode`. Checks the bytes as well as the headers, since a service or proxy may have decompressed the content
 * already or dropped the `Content-Encoding` header.
 */
export async function decode(
  body: Uint8Array,
  {
    contentType = "",
    contentEncoding = "",
  }: { contentType?: string | undefined; contentEncoding?: string | undefined },
): Promise<Uint8Array> {
  const compressed = body[0] === 0x1f && body[1] === 0x8b
  if (!compressed || !(isCompressible(contentType) || /\bgzip\b/i.test(contentEncoding))) return body
  return promisify(gunzip)(body)
}
