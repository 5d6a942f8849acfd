import { closest } from "../../../lib/closest.ts"
import { type CredentialsUnavailableError, MalformedCredentialsError } from "../credentials/credential-provider.ts"
import { errorFacts, type S3ErrorFacts } from "./error-facts.ts"
import type { ErrorText, S3Context } from "./error-text.ts"
import { serviceWords } from "./service-words.ts"

/** Credentials that could not be obtained from their source. */
export function unavailableCredentials({ source, cause }: CredentialsUnavailableError): ErrorText {
  const { kind, text, profile = "", profiles = [] } = source
  const facts = errorFacts(cause)
  const words = serviceWords(facts)
  const failed = (message: string, hint: string): ErrorText => ["store-credentials", message, hint]
  if (cause instanceof MalformedCredentialsError)
    return failed(`The credentials from ${text} contain a line break or a space.`, "Copy the keys again, without it.")
  if (facts.status !== undefined)
    return failed(
      `${text} was refused${words}.`.replace(/^./, (letter) => letter.toUpperCase()),
      kind === "role" || kind === "web-identity"
        ? "Allow sts:AssumeRole (for a token sts:AssumeRoleWithWebIdentity) on the role, also in the role's trust policy."
        : signInHint(profile),
    )
  if (facts.system.includes("ENOENT"))
    return failed(
      `The credentials from ${text} cannot be read: ${pathIn(cause) ?? "a file"} does not exist.`,
      "Create the file, or correct the setting that names it.",
    )
  if (facts.system.length > 0 || facts.code === "TimeoutError")
    return [
      "store-unreachable",
      `The credentials from ${text} cannot be fetched: ${facts.system[0] ?? "no answer in time"}.`,
      kind === "machine"
        ? MISSING_HINT
        : "Check the network connection and the proxy, then run the same command again.",
    ]
  switch (kind) {
    case "missing-profile":
      return missingProfile(profile, profiles)
    case "half-environment":
      return failed(
        "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set.",
        "Set both, or choose a profile with --profile.",
      )
    case "process":
      return failed(
        `The credentials from ${text} are missing${programWords(facts.message)}.`,
        `Run its credential_process in ~/.aws/config by hand.`,
      )
    case "sso":
      return failed(`The credentials from ${text} are missing${words}.`, signInHint(profile))
    case "machine":
      return failed("No valid credentials for the bucket were found.", MISSING_HINT)
    default:
      return failed(`The credentials from ${text} are missing${words}.`, MISSING_HINT)
  }
}

/** A profile that the user names and that does not exist. */
export function missingProfile(profile: string, profiles: readonly string[]): ErrorText {
  const meant = closest(profile, profiles)
  return [
    "store-credentials",
    `The profile ${profile} is neither in ~/.aws/config nor in ~/.aws/credentials${meant === undefined ? "." : `; did you mean ${meant}?`}`,
    profiles.length === 0 ? MISSING_HINT : `Choose from: ${profiles.join(", ")}; with --profile or AWS_PROFILE.`,
  ]
}

const MISSING_HINT =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with --profile, or sign in again (aws sso login)."

const signInHint = (profile: string) => `Sign in again: aws sso login${profile === "" ? "" : ` --profile ${profile}`}`

const pathIn = (error: unknown): string | undefined =>
  error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined

/** Stderr of a credential program. Its command line is left out: it may contain a secret. */
function programWords(message: string): string {
  const [first = "", ...others] = message.split("\n")
  const said = /^Command failed/.test(first) ? others.join(" ") : first
  return serviceWords({ message: said, code: "" }, "it")
}

/** Credentials that the service does not accept. */
export function credentialError(facts: S3ErrorFacts, { credentials }: S3Context): ErrorText | undefined {
  const source = credentials?.source
  const from = source ? `, which comes from ${source.text}` : ""
  const unused = source?.unused ? ` ${source.unused} is set as well, but a profile takes precedence.` : ""
  switch (facts.code) {
    case "InvalidAccessKeyId":
    case "InvalidAccessKey":
      return [
        "store-credentials",
        `The service does not know the access key${from}.`,
        `Check that the key belongs to this service and still exists.${unused}`,
      ]
    case "SignatureDoesNotMatch":
      return [
        "store-credentials",
        `The secret key does not match the access key${from}, or a proxy changes requests.`,
        `Copy the whole secret key again, without spaces. A proxy in front must pass the Host header and the path unchanged.${unused}`,
      ]
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "TokenRefreshRequired":
      return [
        "store-credentials",
        `The session token${from} has expired.`.replace(/(, which.*) has/, "$1, has"),
        signInHint(source?.profile ?? ""),
      ]
    case "InvalidToken":
      return [
        "store-credentials",
        `The service does not accept the session token${from}.`,
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
