import { createHmac, randomBytes } from "node:crypto"
import type { Context } from "hono"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import { isEqualSecret } from "../../lib/hash.ts"
import type { TokenCipher } from "./encrypted-token.ts"
import { HOST_COOKIE } from "./session-cookie.ts"

const BROWSER_COOKIE = /^__Host-opencode-bucket-sign-in-[A-Za-z0-9_-]{6}$/
const ATTEMPT_SECONDS = 600

/** One sign-in of a browser. */
export interface SignInAttempt {
  /** Parameter of the authorization request that comes back with the response. */
  state: string
  /** Derived from the browser's cookie, so that a response is accepted only in the browser that began the attempt. */
  nonce: string
  verifier: string
}

/** Content of the state of a response, of any browser. */
export interface AttemptState {
  id: string
  returnTo: string
  /** Times that sign-in was begun again without asking. */
  retries: number
  /** The attempt, if this browser began it. */
  attempt: SignInAttempt | undefined
}

/**
 * Sign-in attempts, kept in the browser: a small cookie with a random secret, which later tabs use, too. The encrypted
 * state names the attempt; its nonce and code verifier are derived from the secret. Tabs that begin at the same time
 * get a cookie each, of a name of its own: with one name, a late response would replace the secret of attempts that are
 * at the provider already.
 */
export function signInAttempts(cipher: TokenCipher) {
  return {
    async begin(context: Context, { returnTo, retries }: Pick<AttemptState, "returnTo" | "retries">) {
      const [cookie = newCookie()] = browserCookies(context)
      const [name, secret] = cookie
      setCookie(context, name, secret, { ...HOST_COOKIE, maxAge: ATTEMPT_SECONDS })
      const id = randomBytes(16).toString("base64url")
      const claims = { id, returnTo, retries, binding: derive(secret, "binding", id) }
      return attemptOf(secret, id, await cipher.encrypt("sign-in", claims, ATTEMPT_SECONDS))
    },
    /** Reads the state of a response; undefined if this server did not issue it, or more than ten minutes ago. */
    async read(context: Context, state: string): Promise<AttemptState | undefined> {
      const { id, returnTo, retries, binding } = (await cipher.decrypt("sign-in", state)) ?? {}
      if (typeof id !== "string" || typeof binding !== "string") return undefined
      const own = browserCookies(context).find(([, secret]) => isEqualSecret(derive(secret, "binding", id), binding))
      const attempt = own && attemptOf(own[1], id, state)
      return { id, returnTo: String(returnTo), retries: Number(retries), attempt }
    },
    /** Ends the attempts of this browser: after a sign-in, those of other tabs lead back without one. */
    clear(context: Context) {
      for (const [name] of browserCookies(context)) deleteCookie(context, name, HOST_COOKIE)
    },
  }
}

/** Name and secret of each sign-in cookie of this browser. */
const browserCookies = (context: Context): [name: string, secret: string][] =>
  Object.entries(getCookie(context)).filter(
    ([name, secret]) => BROWSER_COOKIE.test(name) && /^[A-Za-z0-9_-]{43}$/.test(secret),
  )

const newCookie = (): [name: string, secret: string] => [
  `__Host-opencode-bucket-sign-in-${randomBytes(4).toString("base64url")}`,
  randomBytes(32).toString("base64url"),
]

const attemptOf = (secret: string, id: string, state: string): SignInAttempt => ({
  state,
  nonce: derive(secret, "nonce", id),
  verifier: derive(secret, "verifier", id),
})

const derive = (secret: string, use: string, id: string) =>
  createHmac("sha256", secret).update(`${use} ${id}`).digest("base64url")
