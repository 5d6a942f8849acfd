import { type Context, Hono } from "hono"
import * as client from "openid-client"
import type { ObjectStore } from "../../store/object-store.ts"
import type { Log } from "../log.ts"
import * as pages from "../pages/pages.ts"
import type { Access } from "./access.ts"
import { type AccessRules, emailOf, hasTooManyGroups, matchesRules } from "./access-rules.ts"
import type { TokenCipher } from "./encrypted-token.ts"
import { fetchClaims } from "./id-claims.ts"
import { leftAt } from "./leavers.ts"
import { describeProviderError, type OidcProvider, oidcProvider, type ProviderOptions } from "./oidc-provider.ts"
import { safeReturnPath } from "./return-path.ts"
import { hashRules, type SessionCookies, sessionCookies } from "./session-cookie.ts"
import { type AttemptState, type SignInAttempt, signInAttempts } from "./sign-in-attempt.ts"
import { isSignedOut, type ReaderSession, writeSignedOut } from "./signed-out.ts"

export interface SignInOptions extends ProviderOptions {
  scope: string
  rules: AccessRules
  /** Rules for administrators, who are readers, too. */
  adminRules: AccessRules
  /** Lifetime of a sign-in, in seconds. */
  sessionSeconds: number
  /** Public base URL of the server, without a trailing slash. */
  publicUrl: string
  tokenCipher: TokenCipher
  /** Store for the marks of ended sessions. */
  store: ObjectStore
  log: Log
  /** Whom refused people can ask. */
  contact?: string | undefined
}

interface SignInContext extends SignInOptions {
  /** Path of `publicUrl`, without a trailing slash. */
  base: string
  provider: OidcProvider
  sessions: SessionCookies
  attempts: ReturnType<typeof signInAttempts>
}

/** Maximum age of a cached discovery result in the readiness check. */
const READINESS_MAX_AGE_SECONDS = 15

/**
 * Signs readers in with OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce. Stateless: sign-in
 * attempts and sessions are encrypted cookies that every instance with the same keys can read. Only sign-outs are
 * recorded in the bucket, where every instance checks.
 */
export function signInAccess(options: SignInOptions): Access {
  const { issuer, clientId, publicUrl, rules, adminRules, store, tokenCipher } = options
  const base = new URL(publicUrl).pathname.replace(/\/+$/, "")
  const rulesHash = hashRules([issuer, clientId, publicUrl, rules, adminRules])
  const provider = oidcProvider(options)
  const left = leftAt(store)
  const isEnded = async (session: ReaderSession) => {
    const { email, startedMs } = session
    const [isOut, leftMs] = await Promise.all([isSignedOut(store, session), email === undefined ? 0 : left(email)])
    return isOut || leftMs >= startedMs
  }
  const sessions = sessionCookies({ ...options, isEnded, rulesHash })
  const signIn: SignInContext = { ...options, base, provider, sessions, attempts: signInAttempts(tokenCipher) }
  return {
    reader: sessions.reader,
    isSignedOut: isEnded,
    signInUrl: (returnTo) => loginUrl(base, returnTo),
    routes: new Hono()
      .get("/auth/login", (context) => startSignIn(context, signIn))
      .get("/auth/callback", (context) => finishSignIn(context, signIn))
      .post("/auth/logout", (context) => signOut(context, signIn))
      .get("/auth/signed-out", (context) => context.html(pages.signedOut(loginUrl(base)))),
    checkReady: async () => void (await provider(READINESS_MAX_AGE_SECONDS)),
  }
}

const loginUrl = (base: string, returnTo?: string) =>
  `${base}/auth/login${returnTo === undefined ? "" : `?return=${encodeURIComponent(returnTo)}`}`

async function startSignIn(context: Context, signIn: SignInContext, retries = 0, returnTo?: string) {
  const { publicUrl, scope, attempts, provider } = signIn
  const config = await provider()
  const given = returnTo ?? context.req.query("return") ?? ""
  const attempt = await attempts.begin(context, { returnTo: safeReturnPath(given, publicUrl), retries })
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: `${publicUrl}/auth/callback`,
    scope,
    response_type: "code",
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: "S256",
  })
  return context.redirect(address.href, 302)
}

async function finishSignIn(context: Context, signIn: SignInContext): Promise<Response> {
  const { attempts, sessions, publicUrl } = signIn
  const state = await attempts.read(context, context.req.query("state") ?? "")
  if (state?.attempt) return finishAttempt(context, signIn, state, state.attempt)
  const returnTo = safeReturnPath(state?.returnTo ?? "", publicUrl)
  // The response of an earlier attempt: another tab has ended it, its cookie is gone, or the response was reloaded.
  if (await sessions.reader(context)) return context.redirect(returnTo, 302)
  if (state && state.retries === 0) return startSignIn(context, signIn, 1, returnTo)
  return failed(context, signIn, { returnTo, reason: "no sign-in attempt in this browser" })
}

async function finishAttempt(context: Context, signIn: SignInContext, state: AttemptState, attempt: SignInAttempt) {
  const { provider, rules, adminRules, sessions, attempts, log, publicUrl, base, contact } = signIn
  const returnTo = safeReturnPath(state.returnTo, publicUrl)
  let found: Awaited<ReturnType<typeof fetchClaims>>
  try {
    // Built from the public URL: the Host header and what a proxy says are not trustworthy.
    const callback = new URL(`${publicUrl}/auth/callback${new URL(context.req.url).search}`)
    found = await fetchClaims(await provider(), callback, attempt, [rules, ...(adminRules.claims ? [adminRules] : [])])
  } catch (error) {
    // A reload sends a code that was used up.
    if (await sessions.reader(context)) return context.redirect(returnTo, 302)
    return failed(context, signIn, { returnTo, reason: describeProviderError(error), isProviders: true })
  }
  const { claims, idToken } = found
  const email = emailOf(claims, rules)
  const isAdmin = matchesRules(claims, adminRules)
  if (!isAdmin && !matchesRules(claims, rules)) {
    const tooManyGroups = hasTooManyGroups(claims, rules)
    const reason = tooManyGroups ? "groups overage" : "no rule matches"
    log("audit", "refused", { reader: email ?? claims.sub, reason })
    return context.html(
      pages.accessDenied({ name: email ?? claims.sub, tooManyGroups, again: loginUrl(base, returnTo), contact }),
      403,
    )
  }
  attempts.clear(context)
  await sessions.write(context, { sub: claims.sub, email, isAdmin, idToken })
  log("audit", "signed in", { reader: email ?? claims.sub })
  return context.redirect(returnTo, 302)
}

/** @param isProviders the reason comes from the provider, in a response to an attempt of this browser */
function failed(
  context: Context,
  { log, base }: SignInContext,
  { returnTo, reason, isProviders = false }: { returnTo: string; reason: string; isProviders?: boolean },
) {
  log("warn", "sign-in failed", { reason })
  return context.html(pages.signInFailed(loginUrl(base, returnTo), isProviders ? reason : undefined), 400)
}

async function signOut(context: Context, { sessions, store, log, base, provider, publicUrl }: SignInContext) {
  // A form on another site does not send the cookie (SameSite=Lax), so it cannot sign anyone out.
  const reader = await sessions.reader(context)
  if (!reader) return context.html(pages.signedOut(loginUrl(base)))
  // Recorded in the bucket first: deleting this cookie does not delete a copy of it.
  await writeSignedOut(store, reader.session)
  sessions.clear(context)
  log("audit", "signed out", { reader: reader.name })
  const config = await provider().catch(() => undefined)
  if (config?.serverMetadata().end_session_endpoint === undefined) return context.html(pages.signedOut(loginUrl(base)))
  const end = client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: `${publicUrl}/auth/signed-out`,
    // Without the hint some issuers ask again, and some refuse (OpenID Connect RP-Initiated Logout, 2).
    ...(reader.idToken !== undefined && { id_token_hint: reader.idToken }),
  })
  return context.html(pages.signedOut(loginUrl(base), end.href))
}
