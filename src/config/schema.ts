import { parseDuration } from "../lib/duration.ts"
import { firstHidden } from "../lib/terminal-text.ts"
import { BUCKET_OPTIONS, type BucketOptions, bucketOptionNames, MAX_TIMEOUT_SECONDS } from "../store/bucket-options.ts"

/**
 * Settings: this package's options in `opencode.json`, each also available as a flag (`--public-url`) and a variable
 * (`OPENCODE_BUCKET_PUBLIC_URL`).
 */
export interface Settings extends BucketOptions {
  /** `s3://bucket[/folder]`, or a local folder. Default: a folder in the user's data directory. */
  to?: string | undefined
  /** URL of the S3 service. Default: the AWS SDK's own (`AWS_ENDPOINT_URL_S3`, profile, AWS). */
  endpoint?: string | undefined
  /** The bucket's region. Default: the AWS SDK's own, `us-east-1` with an endpoint. */
  region?: string | undefined
  /** A profile of `~/.aws/config`. Default: `AWS_PROFILE`. */
  profile?: string | undefined
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. Default: true when an endpoint is set. */
  pathStyle?: boolean | undefined
  /** Public base URL of the bucket, including the folder of `to`. Default: derived from endpoint and bucket. */
  publicUrl?: string | undefined
  /** Lifetime of a share: `12h`, `7d`, `8w`, `never`. Default: never. */
  expires?: string | undefined
  /** Whether to ask for confirmation on a terminal before a session is first shared. Default: true. */
  confirm?: boolean | undefined
  /** Additions and exceptions to the redaction of secrets, home folders and the user's name. */
  redact?: RedactSettings | undefined
}

interface RedactSettings {
  /** Whether to redact e-mail addresses. Default: false. */
  emails?: boolean | undefined
  /** Additional words to redact, or regular expressions between slashes: `/ACME-\\d+/i`. */
  patterns?: string[] | undefined
  /** Words, or regular expressions between slashes, that are never redacted. */
  allow?: string[] | undefined
  /** Whether to stop instead of redacting when a secret is found. Default: false. */
  refuse?: boolean | undefined
  /** A scanner of the user's own: a program and its arguments. Not taken from a project's file. */
  command?: string[] | undefined
}

/** An invalid setting. `problem` is undefined if no setting has this name. */
export interface SettingProblem {
  path: string[]
  problem?: string | undefined
}

/** One or more invalid settings. */
export class InvalidSettingError extends Error {
  readonly problems: SettingProblem[]
  constructor(problems: SettingProblem[]) {
    super(problems.map(({ path, problem }) => `${path.join(".")} ${problem ?? "is not a known setting"}`).join("; "))
    this.problems = problems
  }
}

const invalid = (path: string[], problem?: string) => new InvalidSettingError([{ path, problem }])

/** Validates and normalizes a value. Throws `InvalidSettingError`. */
type SettingCheck<T> = (value: unknown, path: string[]) => T

// Hand-written checks: loading a schema package takes longer than everything that it would validate.
const text: SettingCheck<string> = (value, path) => {
  if (typeof value !== "string") throw invalid(path, "must be a string")
  if (value.trim() === "") throw invalid(path, "must not be empty")
  return withoutHidden(value.trim(), path)
}

/** Rejects invisible characters: with them, a project's file could make a terminal show a different bucket than the one used. */
function withoutHidden(value: string, path: string[], visible = value): string {
  const hidden = firstHidden(visible)
  if (hidden !== undefined) throw invalid(path, `must not contain ${hidden}, which a terminal does not show`)
  return value
}

/** For redaction patterns, which may have several lines: they are compared, not displayed. */
const textOrLines: SettingCheck<string> = (value, path) => {
  if (typeof value === "string") withoutHidden(value, path, value.replace(/[\t\r\n]/g, ""))
  return typeof value === "string" && value.trim() !== "" ? value.trim() : text(value, path)
}

const webAddress: SettingCheck<string> = (value, path) => {
  if (typeof value !== "string") throw invalid(path, "must be a string")
  const address = withoutHidden(value.trim(), path)
  if (/\s/.test(address)) throw invalid(path, "must be an http(s) URL without spaces")
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) throw invalid(path, "must be an http(s) URL")
  return address.replace(/\/+$/, "")
}

const lifetime: SettingCheck<string> = (value, path) => {
  const length = text(value, path)
  if (parseDuration(length) === undefined)
    throw invalid(path, "must be a duration in hours, days or weeks, such as 12h, 7d or 8w, or never")
  return length
}

const booleanSetting: SettingCheck<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw invalid(path, "must be a boolean")
  return value
}

/** Flags and variables are text. */
const seconds: SettingCheck<number> = (value, path) => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  if (typeof number === "number" && Number.isInteger(number) && number >= 1 && number <= MAX_TIMEOUT_SECONDS)
    return number
  throw invalid(path, `must be a whole number of seconds, at most ${MAX_TIMEOUT_SECONDS}`)
}

const texts: SettingCheck<string[]> = (value, path) => {
  if (!Array.isArray(value)) throw invalid(path, "must be an array")
  return value.map((each, at) => textOrLines(each, [...path, String(at)]))
}

const programWithArguments: SettingCheck<string[]> = (value, path) => {
  const words = texts(value, path)
  if (words.length === 0) throw invalid(path, "must name a program")
  return words
}

type SettingChecks<T> = { [K in keyof T]-?: SettingCheck<Exclude<T[K], undefined>> }

/** An object with only these keys. */
const object =
  <T extends object>(checks: SettingChecks<T>): SettingCheck<T> =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(path, "must be an object")
    const given = value as Record<string, unknown>
    const found: Partial<T> = {}
    const problems: SettingProblem[] = []
    for (const key of Object.keys(checks) as (keyof T & string)[])
      try {
        if (given[key] !== undefined) found[key] = checks[key](given[key], [...path, key])
      } catch (error) {
        if (!(error instanceof InvalidSettingError)) throw error
        problems.push(...error.problems)
      }
    for (const key of Object.keys(given)) if (!Object.hasOwn(checks, key)) problems.push({ path: [...path, key] })
    if (problems.length > 0) throw new InvalidSettingError(problems)
    return found as T
  }

const bucketOptionChecks = Object.fromEntries(
  bucketOptionNames.map((name) => {
    const { kind, problem } = BUCKET_OPTIONS[name]
    const check: SettingCheck<unknown> = (value, path) => {
      if (kind === "boolean") return booleanSetting(value, path)
      if (kind === "seconds") return seconds(value, path)
      const valid = text(value, path)
      const wrong = problem?.(valid)
      if (wrong !== undefined) throw invalid(path, wrong)
      return valid
    }
    return [name, check]
  }),
) as SettingChecks<BucketOptions>

const checks: SettingChecks<Settings> = {
  to: text,
  endpoint: webAddress,
  region: text,
  profile: text,
  pathStyle: booleanSetting,
  publicUrl: webAddress,
  ...bucketOptionChecks,
  expires: lifetime,
  confirm: booleanSetting,
  redact: object<RedactSettings>({
    emails: booleanSetting,
    patterns: texts,
    allow: texts,
    refuse: booleanSetting,
    command: programWithArguments,
  }),
}

/** Validates and normalizes settings. Throws `InvalidSettingError` with all invalid ones. */
export const checkSettings = (given: Record<string, unknown>): Settings => object(checks)(given, [])

export const settingNames = Object.keys(checks) as (keyof Settings)[]
