import { createHash, randomBytes } from "node:crypto"
import type { Context, Hono } from "hono"
import { deleteCookie, getCookie, setCookie } from "hono/cookie"
import type { CookieOptions } from "hono/utils/cookie"
import * as client from "openid-client"
import { ShareError } from "../../errors.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import type { Log } from "../log.ts"
import * as pages from "../pages/pages.ts"
import type { Access, Reader } from "./access.ts"
import type { TokenCipher } from "./encrypted-token.ts"
import { type Claims, emailOf, mayRead, type ReaderRules } from "./reader-rules.ts"
import { isSignedOut, type ReaderSession, writeSignedOut } from "./signed-out.ts"

export interface SignInOptions {
  issuer: string
  clientId: string
  clientSecret: string
  scope: string
  rules: ReaderRules
  /** Lifetime of a sign-in, in seconds. */
  sessionSeconds: number
  /** Public base URL of the server, without a trailing slash. */
  publicUrl: string
  tokenCipher: TokenCipher
  /** Store for the marks of ended sessions. */
  store: ObjectStore
  log: Log
}

// `__Host-` cookies need TLS, belong to this host alone, and to all of its paths (draft-ietf-httpbis-rfc6265bis,
// 4.1.3.2).
const SESSION_COOKIE = "__Host-opencode-bucket"
const ATTEMPT_COOKIE_PREFIX = "__Host-opencode-bucket-sign-in-"
const ATTEMPT_SECONDS = 600
/** Browsers drop cookies of more than 4,096 bytes, name and attributes included (RFC 6265, 6.1). */
const MAX_COOKIE_BYTES = 3_800
const cookie: CookieOptions = { path: "/", httpOnly: true, secure: true, sameSite: "Lax" }

/**
 * Signs readers in with OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce. Stateless: sign-in
 * attempts and sessions are encrypted cookies that every instance with the same keys can read. Only sign-outs are
 * recorded in the bucket, where every instance checks.
 */
export function signInAccess(options: SignInOptions): Access {
  const { rules, publicUrl, tokenCipher, store, log, sessionSeconds } = options
  const base = new URL(publicUrl).pathname.replace(/\/+$/, "")
  const provider = cachedProvider(options)
  // A session is valid only for the rules it was created under.
  const rulesHash = createHash("sha256")
    .update(JSON.stringify([options.issuer, options.clientId, publicUrl, rules]))
    .digest("base64url")
    .slice(0, 22)

  const attemptCookie = (state: string) =>
    ATTEMPT_COOKIE_PREFIX + createHash("sha256").update(state).digest("hex").slice(0, 16)

  const isEnded = (session: ReaderSession) => isSignedOut(store, session)

  async function reader(context: Context): Promise<Reader | undefined> {
    const claims = tokenCipher.decrypt("session", getCookie(context, SESSION_COOKIE) ?? "")
    if (claims?.["under"] !== rulesHash) return undefined
    const { sub, sid, exp, email: given } = claims
    if (typeof sub !== "string" || typeof sid !== "string" || typeof exp !== "number") return undefined
    if (await isEnded({ sid, exp })) return undefined
    const email = typeof given === "string" ? given : undefined
    return { name: email ?? sub, email, session: { sid, exp } }
  }

  async function startSignIn(context: Context): Promise<Response> {
    const config = await provider()
    const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()]
    const returnTo = safeReturnPath(context.req.query("return") ?? "", publicUrl)
    const attempt = tokenCipher.encrypt("sign-in", { state, nonce, verifier, returnTo }, ATTEMPT_SECONDS)
    forgetAttempts(context)
    setCookie(context, attemptCookie(state), attempt, { ...cookie, maxAge: ATTEMPT_SECONDS })
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: `${publicUrl}/auth/callback`,
      scope: options.scope,
      response_type: "code",
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    })
    return context.redirect(address.href, 302)
  }

  async function finishSignIn(context: Context): Promise<Response> {
    const state = context.req.query("state") ?? ""
    const attempt = tokenCipher.decrypt("sign-in", getCookie(context, attemptCookie(state)) ?? "")
    deleteCookie(context, attemptCookie(state), cookie)
    const failed = (why: string) => {
      log("warn", "sign-in failed", { why })
      return context.html(pages.signInFailed(`${base}/auth/login`), 400)
    }
    if (!attempt || attempt["state"] !== state) return failed("no sign-in attempt in this browser")
    let claims: (Claims & { sub: string }) | undefined
    let hint: string | undefined
    try {
      // Built from the public URL: the Host header and what a proxy says are not trustworthy.
      const address = new URL(`${publicUrl}/auth/callback${new URL(context.req.url).search}`)
      const config = await provider()
      const tokens = await client.authorizationCodeGrant(config, address, {
        pkceCodeVerifier: String(attempt["verifier"]),
        expectedState: String(attempt["state"]),
        expectedNonce: String(attempt["nonce"]),
        idTokenExpected: true,
      })
      claims = tokens.claims()
      hint = tokens.id_token
      // Some issuers put only the subject into the ID token (OpenID Connect Core, 5.4).
      const lacks = claims && (claims["email"] === undefined || !mayRead(claims, rules))
      if (claims && lacks && config.serverMetadata().userinfo_endpoint !== undefined)
        claims = { ...(await client.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
    } catch (error) {
      return failed(error instanceof Error && "code" in error ? String(error.code) : "the issuer did not respond")
    }
    if (!claims?.sub) return failed("no subject in the ID token")
    if (!mayRead(claims, rules)) {
      log("audit", "refused", { reader: claims.sub })
      return context.html(pages.accessDenied(), 403)
    }
    const email = emailOf(claims, rules)
    const about = {
      sub: claims.sub,
      sid: randomBytes(16).toString("base64url"),
      under: rulesHash,
      ...(email && { email }),
    }
    const whole = tokenCipher.encrypt("session", { ...about, hint }, sessionSeconds)
    const session = whole.length <= MAX_COOKIE_BYTES ? whole : tokenCipher.encrypt("session", about, sessionSeconds)
    setCookie(context, SESSION_COOKIE, session, { ...cookie, maxAge: sessionSeconds })
    log("audit", "signed in", { reader: email ?? claims.sub })
    return context.redirect(safeReturnPath(String(attempt["returnTo"]), publicUrl), 302)
  }

  async function signOut(context: Context): Promise<Response> {
    // A form on another site does not send the cookie (SameSite=Lax), so it cannot sign anyone out.
    const who = await reader(context)
    if (!who?.session) return context.html(pages.signedOut(`${base}/auth/login`))
    const hint = tokenCipher.decrypt("session", getCookie(context, SESSION_COOKIE) ?? "")?.["hint"]
    // Recorded in the bucket first: deleting this cookie does not delete a copy of it.
    await writeSignedOut(store, who.session)
    deleteCookie(context, SESSION_COOKIE, cookie)
    log("audit", "signed out", { reader: who.name })
    const config = await provider().catch(() => undefined)
    if (config?.serverMetadata().end_session_endpoint === undefined)
      return context.html(pages.signedOut(`${base}/auth/login`))
    const back = {
      post_logout_redirect_uri: `${publicUrl}/auth/signed-out`,
      // Without the hint some issuers ask again, and some refuse (OpenID Connect RP-Initiated Logout, 2).
      ...(typeof hint === "string" && { id_token_hint: hint }),
    }
    return context.html(pages.signedOut(`${base}/auth/login`, client.buildEndSessionUrl(config, back).href))
  }

  return {
    reader,
    isSignedOut: isEnded,
    signInUrl: (returnTo) => `${base}/auth/login?return=${encodeURIComponent(returnTo)}`,
    addRoutes(app: Hono) {
      app.get("/auth/login", startSignIn)
      app.get("/auth/callback", finishSignIn)
      app.post("/auth/logout", signOut)
      app.get("/auth/signed-out", (context) => context.html(pages.signedOut(`${base}/auth/login`)))
    },
    checkReady: async () => void (await provider(READINESS_MAX_AGE_SECONDS)),
  }
}

/** Maximum open sign-in attempts in one browser: many servers refuse a header with more cookies. */
const MAX_OPEN_ATTEMPTS = 4

function forgetAttempts(context: Context): void {
  const open = Object.keys(getCookie(context)).filter((name) => name.startsWith(ATTEMPT_COOKIE_PREFIX))
  for (const name of open.slice(0, Math.max(0, open.length - MAX_OPEN_ATTEMPTS + 1)))
    deleteCookie(context, name, cookie)
}

/**
 * Returns the path of a URL on this server. Anything that leads elsewhere, or that a browser could read so, becomes the
 * start page.
 */
export function safeReturnPath(given: string, publicUrl: string): string {
  const { origin, pathname } = new URL(publicUrl)
  const base = pathname.replace(/\/+$/, "")
  const start = `${base}/mine`
  if (!/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.includes("\\")) return start
  const place = URL.canParse(given, origin) ? new URL(given, origin) : undefined
  if (place?.origin !== origin || !`${place.pathname}/`.startsWith(`${base}/`)) return start
  if (place.pathname.startsWith("//") || place.pathname.startsWith(`${base}/auth/`)) return start
  return place.pathname + place.search
}

/** Maximum age of a cached discovery result in the readiness check. */
const READINESS_MAX_AGE_SECONDS = 15

/**
 * Returns a function that discovers the issuer's metadata: on first use, after a failure, and when the result is older
 * than a day or `seconds`. Throws `bad-settings` if the issuer does not respond.
 */
function cachedProvider({ issuer, clientId, clientSecret }: SignInOptions) {
  let cached: { config: client.Configuration; at: number } | undefined
  let pending: Promise<client.Configuration> | undefined
  const { protocol, hostname } = new URL(issuer)
  // Plain HTTP would let anyone on the network sign in as anyone; it is allowed on loopback only.
  const isLoopback = protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname)
  const discover = () =>
    client.discovery(new URL(issuer), clientId, undefined, clientAuth(clientSecret), {
      // The ID token's signature is checked even if it comes directly from the issuer.
      execute: [client.enableNonRepudiationChecks, ...(isLoopback ? [client.allowInsecureRequests] : [])],
      timeout: 10,
    })
  const fetchConfig = async () => {
    const config = await discover()
    cached = { config, at: Date.now() }
    return config
  }
  return async (seconds = 86_400): Promise<client.Configuration> => {
    if (cached && Date.now() - cached.at < seconds * 1000) return cached.config
    pending ??= fetchConfig().finally(() => {
      pending = undefined
    })
    try {
      return await pending
    } catch (cause) {
      throw new ShareError("bad-settings", "The sign-in issuer does not respond.", { cause })
    }
  }
}

/**
 * Sends the secret in the body if the issuer supports that, which avoids encoding problems of headers; otherwise as a
 * header (RFC 8414, 2).
 */
const clientAuth =
  (secret: string): client.ClientAuth =>
  (issuer, ...request) => {
    const inBody = issuer.token_endpoint_auth_methods_supported?.includes("client_secret_post")
    return (inBody ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret))(issuer, ...request)
  }
