import { createHash, timingSafeEqual } from "node:crypto"

/** SHA-256, hexadecimal. */
export const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex")

/** Compares secrets in a time that depends on neither of them. */
export const isEqualSecret = (a: string, b: string): boolean =>
  timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)))
