import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"
import { ShareError } from "../../errors.ts"

/** Encrypts values that leave the server and come back: cookies and import tickets. */
export interface TokenCipher {
  /** Returns `[A-Za-z0-9_-]+`, readable and forgeable only with the keys. */
  encrypt(purpose: string, value: object, seconds: number): string
  /**
   * Returns the value encrypted for the same purpose with any of the keys; undefined for anything else, and once
   * expired.
   */
  decrypt(purpose: string, text: string): Record<string, unknown> | undefined
}

const IV_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM with a separate key for each purpose (HKDF-SHA256), so that a ticket is not accepted as a session. The
 * first key encrypts, all of them decrypt: rotate by adding a new key in front, and removing the old one when
 * everything encrypted with it has expired.
 * @param keys text with at least 32 bytes of randomness each
 */
export function createTokenCipher(keys: readonly string[], now: () => number = Date.now): TokenCipher {
  if (keys.length === 0 || keys.some((key) => key.length < 32))
    throw new ShareError("bad-settings", "Cookie key too short: use at least 32 random characters.", {
      hint: "Generate one: openssl rand -base64 32",
    })
  const keyFor = (key: string, purpose: string) =>
    Buffer.from(hkdfSync("sha256", key, "", `opencode-bucket ${purpose}`, 32))

  return {
    encrypt(purpose, value, seconds) {
      const iv = randomBytes(IV_BYTES)
      const cipher = createCipheriv("aes-256-gcm", keyFor(keys[0]!, purpose), iv)
      const plain = JSON.stringify({ ...value, exp: Math.floor(now() / 1000) + seconds })
      const sealed = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url")
    },
    decrypt(purpose, text) {
      if (!/^[A-Za-z0-9_-]{40,8000}$/.test(text)) return undefined
      const bytes = Buffer.from(text, "base64url")
      for (const key of keys) {
        const value = decryptWithKey(keyFor(key, purpose), bytes)
        if (value === undefined) continue
        return typeof value["exp"] === "number" && value["exp"] > now() / 1000 ? value : undefined
      }
      return undefined
    },
  }
}

function decryptWithKey(key: Buffer, bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return JSON.parse(decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, "utf8") + decipher.final("utf8"))
  } catch {
    return undefined
  }
}
