import { hkdfSync } from "node:crypto"
import { EncryptJWT, type JWTPayload, jwtDecrypt } from "jose"
import { ShareError } from "../../errors.ts"

/** Encrypts values that leave the server and come back: cookies, sign-in states and import tickets. */
export interface TokenCipher {
  /** Returns a JWE that only the keys can read or forge. */
  encrypt(purpose: string, value: object, seconds: number): Promise<string>
  /**
   * Returns the value encrypted for the same purpose with any of the keys; undefined for anything else, and once
   * expired.
   */
  decrypt(purpose: string, text: string): Promise<Record<string, unknown> | undefined>
}

const MIN_KEY_CHARS = 32
const MAX_TOKEN_CHARS = 8_000

/**
 * JWE (RFC 7516) with direct encryption, AES-256-GCM, and a separate key for each purpose (HKDF-SHA256), so that a ticket
 * is not accepted as a session. The first key encrypts, all of them decrypt: rotate by adding a new key in front, and
 * removing the old one when everything encrypted with it has expired.
 * @param keys text with at least 32 bytes of randomness each
 */
export function createTokenCipher(keys: readonly string[], now: () => number = Date.now): TokenCipher {
  if (keys.length === 0 || keys.some((key) => key.length < MIN_KEY_CHARS))
    throw new ShareError("bad-settings", "Cookie key too short: use at least 32 random characters.", {
      hint: "Generate one: openssl rand -base64 32",
    })
  const derive = (key: string, use: string, bytes: number) =>
    Buffer.from(hkdfSync("sha256", key, "", `opencode-bucket ${use}`, bytes))
  const keyIds = new Map(keys.map((key) => [derive(key, "key id", 6).toString("base64url"), key]))
  const [currentId] = keyIds.keys()
  const keyOf = (id: string, purpose: string) => {
    const key = keyIds.get(id)
    if (key === undefined) throw new Error("Unknown key.")
    return derive(key, purpose, 32)
  }

  return {
    encrypt: (purpose, value, seconds) =>
      new EncryptJWT(value as JWTPayload)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: currentId! })
        .setExpirationTime(Math.floor(now() / 1000) + seconds)
        .encrypt(keyOf(currentId!, purpose)),
    async decrypt(purpose, text) {
      if (text === "" || text.length > MAX_TOKEN_CHARS) return undefined
      try {
        const { payload } = await jwtDecrypt(text, ({ kid = "" }) => keyOf(kid, purpose), {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
          requiredClaims: ["exp"],
          currentDate: new Date(now()),
        })
        return payload
      } catch {
        return undefined
      }
    },
  }
}
