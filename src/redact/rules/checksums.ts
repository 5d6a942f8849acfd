import { crc32 } from "node:zlib"

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
const CHECKSUM_CHARS = 6

/**
 * Whether a token ends with the CRC-32 of what precedes it, in base62, without its prefix: GitHub's and npm's tokens
 * ("Behind GitHub's new authentication token formats", GitHub's blog, 5 April 2021).
 */
export function hasCrc32Checksum(token: string): boolean {
  const body = token.slice(token.indexOf("_") + 1)
  if (body.length <= CHECKSUM_CHARS) return false
  let left = crc32(body.slice(0, -CHECKSUM_CHARS))
  let checksum = ""
  for (; left > 0; left = Math.floor(left / 62)) checksum = BASE62[left % 62] + checksum
  return checksum.padStart(CHECKSUM_CHARS, "0") === body.slice(-CHECKSUM_CHARS)
}
