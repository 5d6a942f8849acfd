import * as client from "openid-client"
import { ShareError } from "../../errors.ts"

export interface ProviderOptions {
  /** As the provider writes it, with or without a slash at the end. */
  issuer: string
  clientId: string
  clientSecret: string
}

/** Returns the provider's configuration, at most this old. Throws `bad-settings` if the provider does not respond. */
export type OidcProvider = (maxAgeSeconds?: number) => Promise<client.Configuration>

const DEFAULT_MAX_AGE_SECONDS = 86_400

/** Discovers the provider on first use, after a failure, and when the last result is too old. */
export function oidcProvider(options: ProviderOptions): OidcProvider {
  let cached: { config: client.Configuration; at: number } | undefined
  let pending: Promise<client.Configuration> | undefined
  const fetchConfig = async () => {
    const config = await discover(options)
    cached = { config, at: Date.now() }
    return config
  }
  return async (maxAgeSeconds = DEFAULT_MAX_AGE_SECONDS) => {
    if (cached && Date.now() - cached.at < maxAgeSeconds * 1000) return cached.config
    pending ??= fetchConfig().finally(() => {
      pending = undefined
    })
    try {
      return await pending
    } catch (cause) {
      const reason = describeProviderError(cause)
      throw new ShareError("bad-settings", `Cannot discover the issuer ${options.issuer}: ${reason}.`, { cause })
    }
  }
}

/**
 * An issuer identifier may end in a slash (Authentik) or not, and has to match exactly (OpenID Connect Discovery, 4.3).
 * Administrators copy it with or without, so the other spelling, which has the same metadata URL, is tried as well.
 */
async function discover(options: ProviderOptions): Promise<client.Configuration> {
  try {
    return await discoverAt(options.issuer, options)
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === ISSUER_MISMATCH)) throw error
    const other = options.issuer.endsWith("/") ? options.issuer.replace(/\/+$/, "") : `${options.issuer}/`
    return discoverAt(other, options).catch(() => Promise.reject(error))
  }
}

const ISSUER_MISMATCH = "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED"

function discoverAt(issuer: string, { clientId, clientSecret }: ProviderOptions): Promise<client.Configuration> {
  const { protocol, hostname } = new URL(issuer)
  // Plain HTTP would let anyone on the network sign in as anyone; it is allowed on loopback only.
  const isLoopback = protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(hostname)
  return client.discovery(new URL(issuer), clientId, undefined, clientAuth(clientSecret), {
    // The ID token's signature is checked even if it comes directly from the issuer.
    execute: [client.enableNonRepudiationChecks, ...(isLoopback ? [client.allowInsecureRequests] : [])],
    timeout: 10,
  })
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

/**
 * Why a request to the provider failed, in one line: its own `error` and `error_description` (RFC 6749, 4.1.2.1 and
 * 5.2), or the error's code. Untrusted text: without control characters, and of limited length.
 */
export function describeProviderError(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return printable([error.error, error.error_description].filter(Boolean).join(": "))
  if (!(error instanceof Error)) return "no response"
  const { cause } = error
  const code = [error, cause].flatMap((one) => (one instanceof Error && "code" in one ? [String(one.code)] : []))
  if (code[0] === ISSUER_MISMATCH) return "its metadata or token names another issuer"
  return printable(code.at(-1) ?? error.name)
}

const MAX_REASON_CHARS = 300

const printable = (text: string) =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .trim()
    .slice(0, MAX_REASON_CHARS)
