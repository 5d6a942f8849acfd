import { createHash, randomBytes } from "node:crypto"
import type { Context } from "hono"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import type { CookieOptions } from "hono/utils/cookie"
import type { Reader } from "./access.ts"
import type { TokenCipher } from "./encrypted-token.ts"
import type { ReaderSession } from "./signed-out.ts"

// `__Host-` cookies need TLS, belong to this host alone, and to all of its paths (draft-ietf-httpbis-rfc6265bis,
// 4.1.3.2).
export const HOST_COOKIE: CookieOptions = { path: "/", httpOnly: true, secure: true, sameSite: "Lax" }
const SESSION_COOKIE = "__Host-opencode-bucket"
/**
 * Maximum size of the session cookie. Reverse proxies buffer 4 kB of response headers by default (nginx:
 * `proxy_buffer_size`), and answer 502 beyond.
 */
const MAX_COOKIE_CHARS = 2_000

/** A signed-in reader, as the session cookie stores them. */
export interface SignedInReader {
  sub: string
  email?: string | undefined
  isAdmin: boolean
  /** ID token, for signing out at the issuer; dropped if the cookie would become too large. */
  idToken?: string | undefined
}

export interface SessionCookies {
  /** The reader of a request; undefined without a valid session. Throws what the store throws. */
  reader(context: Context): Promise<(Reader & { session: ReaderSession; idToken?: string }) | undefined>
  /** Starts a session. */
  write(context: Context, reader: SignedInReader): Promise<void>
  clear(context: Context): void
}

/** @param rulesHash hash of everything that a session is valid under; a session of other rules is not accepted */
export function sessionCookies({
  tokenCipher,
  isEnded,
  sessionSeconds,
  rulesHash,
}: {
  tokenCipher: TokenCipher
  /** Whether a session was ended before its expiry. Throws what the store throws. */
  isEnded: (session: ReaderSession) => Promise<boolean>
  sessionSeconds: number
  rulesHash: string
}): SessionCookies {
  return {
    async reader(context) {
      const claims = await tokenCipher.decrypt("session", getCookie(context, SESSION_COOKIE) ?? "")
      if (claims?.["under"] !== rulesHash) return undefined
      const { sub, sid, exp, began, email, admin, hint } = claims
      if (typeof sub !== "string" || typeof sid !== "string" || typeof exp !== "number") return undefined
      const session = { sid, exp, startedMs: Number(began), ...(typeof email === "string" && { email }) }
      if (await isEnded(session)) return undefined
      return {
        name: typeof email === "string" ? email : sub,
        isAdmin: admin === true,
        session,
        ...(typeof email === "string" && { email }),
        ...(typeof hint === "string" && { idToken: hint }),
      }
    },
    async write(context, { sub, email, isAdmin, idToken }) {
      const sid = randomBytes(16).toString("base64url")
      const about = {
        sub,
        sid,
        began: Date.now(),
        under: rulesHash,
        ...(email && { email }),
        ...(isAdmin && { admin: true }),
      }
      const whole = await tokenCipher.encrypt("session", { ...about, hint: idToken }, sessionSeconds)
      const fits = whole.length <= MAX_COOKIE_CHARS
      const session = fits ? whole : await tokenCipher.encrypt("session", about, sessionSeconds)
      setCookie(context, SESSION_COOKIE, session, { ...HOST_COOKIE, maxAge: sessionSeconds })
    },
    clear: (context) => void deleteCookie(context, SESSION_COOKIE, HOST_COOKIE),
  }
}

/** Hash of the settings that a session is valid under. */
export const hashRules = (rules: unknown): string =>
  createHash("sha256").update(JSON.stringify(rules)).digest("base64url").slice(0, 22)
