import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from "jose"
import { onTestFinished } from "vitest"

/** The issuer's next response. */
export interface IssuerResponse {
  claims?: JWTPayload
  /** Userinfo for the access token. */
  userinfo?: JWTPayload
  /** Sign with an unpublished key, or not at all. */
  signed?: "own" | "foreign" | "none"
  /** Omit the nonce, or use another one. */
  nonce?: string | null
}

/** An OpenID issuer that puts any given claims into its ID tokens, true or not. */
/** @param path of the issuer */
export async function falseIssuer(clientId: string, path = "") {
  const own = await generateKeyPair("RS256", { extractable: true })
  const foreign = await generateKeyPair("RS256")
  const jwk = { ...(await exportJWK(own.publicKey)), kid: "own", alg: "RS256", use: "sig" }
  let issuer = ""
  let says: IssuerResponse = {}
  let nonce = ""
  const codes: string[] = []
  const secrets: string[] = []

  async function idToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const given = says.nonce === undefined ? { nonce } : says.nonce === null ? {} : { nonce: says.nonce }
    const claims = { iss: issuer, aud: clientId, sub: "dana", iat: now, exp: now + 300, ...given, ...says.claims }
    if (says.signed === "none") return new UnsecuredJWT(claims).encode()
    const key = says.signed === "foreign" ? foreign.privateKey : own.privateKey
    return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "own" }).sign(key)
  }

  const server = createServer(async (request, response) => {
    const base = issuer.replace(/\/$/, "")
    const send = (body: object) => {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body))
    }
    if (request.url?.endsWith("/openid-configuration"))
      return send({
        issuer,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        userinfo_endpoint: `${base}/userinfo`,
        end_session_endpoint: `${base}/logout`,
        jwks_uri: `${base}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
      })
    if (request.url?.endsWith("/jwks")) return send({ keys: [jwk] })
    if (request.url?.endsWith("/userinfo")) return send({ sub: says.claims?.sub ?? "dana", ...says.userinfo })
    let form = ""
    for await (const chunk of request) form += chunk
    secrets.push(request.headers.authorization ?? new URLSearchParams(form).get("client_secret") ?? "")
    codes.push(new URLSearchParams(form).get("code_verifier") ?? "")
    send({ access_token: "token", token_type: "Bearer", expires_in: 300, id_token: await idToken() })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  return {
    issuer,
    /** Verifiers received with codes. */
    codes,
    /** Client authentication of each token request. */
    secrets,
    end: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
    /** Completes the authorization request at this address; returns the redirect for the browser. */
    authorize(address: string, response: IssuerResponse = {}) {
      says = response
      nonce = new URL(address).searchParams.get("nonce") ?? ""
    },
  }
}
