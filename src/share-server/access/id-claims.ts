import * as client from "openid-client"
import { type AccessRules, type Claims, matchesRules } from "./access-rules.ts"
import type { SignInAttempt } from "./sign-in-attempt.ts"

/**
 * Exchanges the code of an authorization response for the reader's claims. Checks state, nonce, and the ID token's
 * signature, issuer, audience, authorized party and time. Throws what openid-client throws.
 * @param rules what the claims are for: they are completed while one of these does not match
 */
export async function fetchClaims(
  config: client.Configuration,
  callback: URL,
  { state, nonce, verifier }: SignInAttempt,
  rules: readonly AccessRules[],
): Promise<{ claims: Claims & { sub: string }; idToken: string | undefined }> {
  const tokens = await client.authorizationCodeGrant(config, callback, {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  })
  const claims = tokens.claims()
  if (!claims?.sub) throw new IdTokenError("no subject in the ID token")
  // A token of another client may name this one in its audience (OpenID Connect Core, 3.1.3.7, 5).
  if (claims["azp"] !== undefined && claims["azp"] !== config.clientMetadata().client_id)
    throw new IdTokenError("the ID token was issued to another client")
  // Some issuers put only the subject into the ID token (OpenID Connect Core, 5.4).
  const lacks = claims["email"] === undefined || !rules.every((one) => matchesRules(claims, one))
  if (!lacks || config.serverMetadata().userinfo_endpoint === undefined) return { claims, idToken: tokens.id_token }
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub)
  return { claims: mergeClaims(claims, userinfo), idToken: tokens.id_token }
}

/** An ID token that is valid, but not for this server. */
class IdTokenError extends Error {
  readonly code: string

  constructor(reason: string) {
    super(reason)
    this.name = "IdTokenError"
    this.code = reason
  }
}

/** Claims of the ID token win. An address and whether it is verified come from the same source. */
export function mergeClaims<T extends Claims & { sub: string }>(idToken: T, userinfo: Claims): T {
  const { email, email_verified, ...rest } = { ...userinfo, ...idToken }
  const source = idToken["email"] !== undefined && idToken["email_verified"] !== undefined ? idToken : userinfo
  const { email: address, email_verified: verified } = source["email"] === undefined ? idToken : source
  return { ...rest, ...(address !== undefined && { email: address, email_verified: verified }) } as unknown as T
}
