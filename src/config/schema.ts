import { firstHidden } from "../lib/terminal-text.ts"
import { parseDuration } from "../share/expiry.ts"

/**
 * The settings: this package's options in `opencode.json`, each also a flag (`--public-url`) and a variable
 * (`OPENCODE_BUCKET_PUBLIC_URL`).
 */
export interface Settings {
  /** `s3://bucket[/folder]`, or a local folder. Default: a folder in the user's data directory. */
  to?: string | undefined
  /** The S3 service's address. Default: the AWS SDK's own (`AWS_ENDPOINT_URL_S3`, profile, AWS). */
  endpoint?: string | undefined
  /** The bucket's region. Default: the AWS SDK's own, `us-east-1` with an endpoint. */
  region?: string | undefined
  /** A profile of `~/.aws/config`. Default: `AWS_PROFILE`. */
  profile?: string | undefined
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. Default: true when an endpoint is set. */
  pathStyle?: boolean | undefined
  /** Where the bucket (with the folder of `to`) is seen from outside. Default: derived from endpoint and bucket. */
  publicUrl?: string | undefined
  /** How long a share lives: `12h`, `7d`, `8w`, `never`. Default: never. */
  expires?: string | undefined
  /** Whether to ask, on a terminal, before a session is shared for the first time. Default: true. */
  confirm?: boolean | undefined
  /** What is redacted besides secrets, home folders and the user's name, and what is not. */
  redact?: RedactSettings | undefined
}

interface RedactSettings {
  /** E-mail addresses, too. Default: false. */
  emails?: boolean | undefined
  /** Further words, or regular expressions between slashes: `/ACME-\\d+/i`. */
  patterns?: string[] | undefined
  /** Words, or regular expressions between slashes, that are no secrets whatever they look like. */
  allow?: string[] | undefined
}

/** What is wrong with a setting. Where nothing is said, there is no setting of this name. */
export class InvalidSettingError extends Error {
  readonly path: string[]
  readonly problem: string | undefined
  constructor(path: string[], says?: string) {
    super(`${path.join(".")} ${says ?? "is no setting"}`)
    this.path = path
    this.problem = says
  }
}

/** Makes of a value what it is as a setting; throws `WrongSetting`. */
type SettingCheck<T> = (value: unknown, path: string[]) => T

// A package that checks values by a schema takes longer to load than all that is checked with it.
const text: SettingCheck<string> = (value, path) => {
  if (typeof value !== "string") throw new InvalidSettingError(path, "must be a string")
  if (value.trim() === "") throw new InvalidSettingError(path, "must not be empty")
  return withoutHidden(value.trim(), path)
}

/** A project's file could otherwise have a terminal show another bucket than the one that is used. */
function withoutHidden(value: string, path: string[], visible = value): string {
  const hidden = firstHidden(visible)
  if (hidden !== undefined)
    throw new InvalidSettingError(path, `must not contain ${hidden}, which a terminal does not show`)
  return value
}

/** Of what is redacted: it is compared, not shown, and may be of several lines. */
const textOrLines: SettingCheck<string> = (value, path) => {
  if (typeof value === "string") withoutHidden(value, path, value.replace(/[\t\r\n]/g, ""))
  return typeof value === "string" && value.trim() !== "" ? value.trim() : text(value, path)
}

const webAddress: SettingCheck<string> = (value, path) => {
  if (typeof value !== "string") throw new InvalidSettingError(path, "must be a string")
  const address = withoutHidden(value.trim(), path)
  if (/\s/.test(address)) throw new InvalidSettingError(path, "must be an http(s) address without spaces")
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address))
    throw new InvalidSettingError(path, "must be an http(s) address")
  return address.replace(/\/+$/, "")
}

const lifetime: SettingCheck<string> = (value, path) => {
  const length = text(value, path)
  if (parseDuration(length) === undefined)
    throw new InvalidSettingError(path, "must be hours, days or weeks, such as 12h, 7d or 8w, or never")
  return length
}

const booleanSetting: SettingCheck<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw new InvalidSettingError(path, "must be a boolean")
  return value
}

const texts: SettingCheck<string[]> = (value, path) => {
  if (!Array.isArray(value)) throw new InvalidSettingError(path, "must be an array")
  return value.map((each, at) => textOrLines(each, [...path, String(at)]))
}

type SettingChecks<T> = { [K in keyof T]-?: SettingCheck<Exclude<T[K], undefined>> }

/** An object of nothing but these. */
const object =
  <T extends object>(checks: SettingChecks<T>): SettingCheck<T> =>
  (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new InvalidSettingError(path, "must be an object")
    const given = value as Record<string, unknown>
    const found: Partial<T> = {}
    for (const key of Object.keys(checks) as (keyof T & string)[])
      if (given[key] !== undefined) found[key] = checks[key](given[key], [...path, key])
    const unknown = Object.keys(given).find((key) => !Object.hasOwn(checks, key))
    if (unknown !== undefined) throw new InvalidSettingError([...path, unknown])
    return found as T
  }

const checks: SettingChecks<Settings> = {
  to: text,
  endpoint: webAddress,
  region: text,
  profile: text,
  pathStyle: booleanSetting,
  publicUrl: webAddress,
  expires: lifetime,
  confirm: booleanSetting,
  redact: object<RedactSettings>({ emails: booleanSetting, patterns: texts, allow: texts }),
}

/** Settings as they were written somewhere, made whole. Throws `WrongSetting` for the first that cannot be. */
export const checkSettings = (given: Record<string, unknown>): Settings => object(checks)(given, [])

export const settingNames = Object.keys(checks) as (keyof Settings)[]
