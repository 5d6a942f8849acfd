import type { S3ErrorFacts } from "./error-facts.ts"
import type { ErrorText, S3Context } from "./error-text.ts"

/** Credentials that are missing or that the service does not accept. */
export function credentialError(code: string): ErrorText | undefined {
  switch (code) {
    case "CredentialsProviderError":
    case "ConfigError":
    case "TokenProviderError":
      return [
        "store-credentials",
        "No valid credentials for the bucket were found.",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with --profile, or sign in again (aws sso login).",
      ]
    case "InvalidAccessKeyId":
    case "InvalidAccessKey":
      return [
        "store-credentials",
        "The service does not know the access key.",
        "Check that the key belongs to this service and still exists.",
      ]
    case "SignatureDoesNotMatch":
      return [
        "store-credentials",
        "The secret key does not belong to the access key.",
        "Copy the whole secret key again, without spaces.",
      ]
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "TokenRefreshRequired":
      return ["store-credentials", "The session token has expired.", "Sign in again, for example with aws sso login."]
    case "InvalidToken":
      return [
        "store-credentials",
        "The service does not accept the session token.",
        "Unset AWS_SESSION_TOKEN if the keys are permanent ones, else sign in again.",
      ]
    default:
      return undefined
  }
}

/** A request that the service considers too old or too new. */
export function clockError({ code, message, headers }: S3ErrorFacts, { endpoint }: S3Context): ErrorText | undefined {
  const skewed = /^(?:RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/.test(code)
  if (!skewed && !(code === "AccessDenied" && /request has expired|request time too skewed/i.test(message)))
    return undefined
  const theirs = Date.parse(headers["date"] ?? "")
  const minutes = Math.round((Date.now() - theirs) / 60_000)
  const by =
    Number.isNaN(minutes) || minutes === 0
      ? "wrong"
      : `${Math.abs(minutes)} minutes ${minutes > 0 ? "ahead" : "behind"}`
  return [
    "store-clock",
    `Clock skew: this machine's clock is ${by}, according to ${endpoint}.`,
    "Synchronise the clock, then try again.",
  ]
}
