import { readFileSync } from "node:fs"
import * as z from "zod"
import { ShareError } from "../errors.ts"
import { parseDuration } from "../lib/duration.ts"
import { firstHidden } from "../lib/terminal-text.ts"
import { misspeltVariables, variableOf } from "../lib/variables.ts"
import { omissions } from "../session/omissions.ts"
import { BUCKET_OPTIONS, type BucketOptions, bucketOptionNames, MAX_TIMEOUT_SECONDS } from "../store/bucket-options.ts"
import { checkDestination, formatDestination, invalidDestinationError } from "../store/check-destination.ts"
import { canonicalTo } from "../store/open-store.ts"
import { isAddressRange } from "./access/address-ranges.ts"
import { isEmail, isToken } from "./shares/tokens.ts"
import { WEBHOOK_EVENTS } from "./webhooks/webhook-queue.ts"

const textSetting = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .refine((value) => firstHidden(value) === undefined, "must not contain invisible characters")
/** Parsing an address removes some of the hidden characters, so the text is checked before. */
const addressSetting = z
  .string()
  .refine((url) => firstHidden(url) === undefined && !/\s/.test(url), {
    error: "must be an http(s) address without hidden characters",
    abort: true,
  })
  .pipe(z.url({ protocol: /^https?$/, error: "must be an http(s) address" }))
const urlSetting = addressSetting.transform((url) => url.replace(/\/+$/, ""))
const booleanSetting = z.union([
  z.boolean(),
  z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1"),
])
const integerSetting = (least: number) =>
  z.coerce.number("must be a number").int("must be a whole number").min(least, `must be at least ${least}`)
/** In a variable, separated by commas. */
const listSetting = z.union([
  z.array(textSetting),
  z.string().transform((all) =>
    all
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  ),
])
const jsonSetting = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => {
    if (typeof value !== "string") return value
    try {
      return JSON.parse(value)
    } catch {
      return value
    }
  }, schema)

/** The bucket's options, as in all commands. */
const bucketOptionSettings: { [K in keyof BucketOptions]-?: z.ZodType<BucketOptions[K]> } = Object.assign(
  {},
  ...bucketOptionNames.map((name) => {
    const { kind, problem } = BUCKET_OPTIONS[name]
    const checked = textSetting.superRefine((value, context) => {
      const wrong = problem?.(value)
      if (wrong !== undefined) context.addIssue(wrong)
    })
    if (kind === "seconds") return { [name]: integerSetting(1).max(MAX_TIMEOUT_SECONDS).optional() }
    return { [name]: kind === "boolean" ? booleanSetting.optional() : checked.optional() }
  }),
)

/** Settings of the server, from the file of `--config` and from variables `OPENCODE_BUCKET_<NAME>`, which win. */
export const serverSettingsSchema = z.strictObject({
  /** Address and port to listen on. */
  listen: textSetting
    .regex(/^(?:\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, "must be an address and a port, such as 127.0.0.1:8080")
    .default("127.0.0.1:8080"),
  /** Public base URL of the server: `https://shares.corp.example`. */
  publicUrl: urlSetting,
  /** Destination: a bucket, as in all commands. */
  to: textSetting
    .superRefine((to, context) => {
      const unclear = checkDestination(to)
      if (unclear) context.addIssue(invalidDestinationError(unclear, formatDestination(to)).message.replace(/\.$/, ""))
    })
    .transform(canonicalTo),
  endpoint: urlSetting.optional(),
  region: textSetting.optional(),
  profile: textSetting.optional(),
  pathStyle: booleanSetting.optional(),
  ...bucketOptionSettings,
  /** Publish although the bucket's object lock retains every object for a time. */
  acceptRetention: booleanSetting.default(false),
  /** Lets everyone who reaches the server read. */
  public: booleanSetting.default(false),
  /** OpenID Connect: the issuer, and this server's registration there. */
  issuer: addressSetting.optional(),
  clientId: textSetting.optional(),
  clientSecret: textSetting.optional(),
  clientSecretFile: textSetting.optional(),
  scope: textSetting.default("openid email profile"),
  /** Rules for which signed-in users may read. */
  everyone: booleanSetting.default(false),
  domains: listSetting.default([]),
  claims: jsonSetting(z.record(z.string(), z.array(textSetting))).default({}),
  trustEmail: booleanSetting.default(false),
  /** Administrators: e-mail addresses, and claims as for readers. */
  admins: listSetting.default([]),
  adminClaims: jsonSetting(z.record(z.string(), z.array(textSetting))).default({}),
  sessionHours: integerSetting(1).max(720, "must be at most 720").default(8),
  /** Keys for encrypting cookies, newest first; one per line in a file. */
  cookieKeys: listSetting.default([]),
  cookieKeysFile: textSetting.optional(),
  /** Header in which a reverse proxy names the reader, and the addresses of that proxy. */
  proxyHeader: textSetting.regex(/^[A-Za-z0-9-]+$/, "must be the name of a header").optional(),
  proxyAddresses: listSetting.default([]),
  /** Shares expire this long after the last change of their session. */
  expires: textSetting
    .refine(
      (text) => parseDuration(text) !== undefined,
      "must be hours, days or weeks, such as 12h, 7d or 8w, or never",
    )
    .default("never"),
  /** Owners may choose another expiry for a share, up to this one; older shares are removed. Default: `expires`. */
  maxExpires: textSetting
    .refine(
      (text) => parseDuration(text) !== undefined,
      "must be hours, days or weeks, such as 12h, 7d or 8w, or never",
    )
    .optional(),
  redact: jsonSetting(
    z.strictObject({
      emails: z.boolean().optional(),
      patterns: z.array(textSetting).optional(),
      allow: z.array(textSetting).optional(),
      refuse: z.boolean().optional(),
    }),
  ).optional(),
  /** Kinds of content that no share contains. */
  omit: listSetting.pipe(z.array(z.enum(omissions))).default([]),
  /** A program and its arguments that allows or refuses what is about to be published. */
  publishHook: jsonSetting(z.array(textSetting).min(1, "must name a program")).optional(),
  /** Maximum body of one request in megabytes, and maximum requests per minute for each token. */
  maxRequestMb: integerSetting(1).default(32),
  /** Maximum megabytes stored for one session. */
  maxShareMb: integerSetting(1).default(128),
  requestsPerMinute: integerSetting(1).default(1200),
  /** Publish tokens that each reader may create at `/tokens`; 0: only an administrator creates tokens. */
  tokensPerPerson: integerSetting(0).default(10),
  /** Whom readers can ask about access, shown where it is refused. */
  contact: textSetting.max(200, "must have at most 200 characters").optional(),
  /** Receiver of webhooks, the secret that signs them, and what they report. */
  webhookUrl: addressSetting.optional(),
  webhookSecret: textSetting.optional(),
  webhookSecretFile: textSetting.optional(),
  webhookEvents: listSetting
    .pipe(z.array(z.enum(WEBHOOK_EVENTS)))
    .default(["share.created", "share.updated", "share.removed"]),
  /** Shares published at once. */
  publishAtOnce: integerSetting(1).default(2),
  /** Address and port of the Prometheus endpoint. Default: none. */
  metricsListen: textSetting.optional(),
  /** Seconds for finishing publishing at shutdown. */
  shutdownSeconds: integerSetting(1).default(20),
})

export type ServerSettings = Omit<
  z.infer<typeof serverSettingsSchema>,
  "clientSecretFile" | "cookieKeysFile" | "webhookSecretFile"
>

const names = Object.keys(serverSettingsSchema.shape)

/**
 * Reads and validates the settings of the server, including that some reader is allowed. Throws `bad-settings` with all
 * missing and invalid settings, without their values.
 * @param file of `--config`
 */
export function serverSettings(
  env: Record<string, string | undefined>,
  { file, flags = {} }: { file?: string | undefined; flags?: Record<string, unknown> } = {},
): ServerSettings {
  const variables = Object.fromEntries(
    names.flatMap((name) => (env[variableOf(name)] ? [[name, env[variableOf(name)]]] : [])),
  )
  const set = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  const given = { ...(file !== undefined && parseSettingsFile(file)), ...variables, ...set }
  const read = serverSettingsSchema.safeParse(given)
  const misspelt = misspeltVariables(env, names, ["token", "server", "confirm"]).map((said) => said.replace(/\?$/, ""))
  if (!read.success)
    throw settingsError([...read.error.issues.map((issue) => describeIssue(issue, given)), ...misspelt])
  if (misspelt.length > 0) throw settingsError(misspelt)
  const { clientSecretFile, cookieKeysFile, webhookSecretFile, ...settings } = read.data
  if (webhookSecretFile !== undefined)
    settings.webhookSecret = readSettingsFile(webhookSecretFile, "webhookSecretFile").trim()
  if (clientSecretFile !== undefined)
    settings.clientSecret = readSettingsFile(clientSecretFile, "clientSecretFile").trim()
  if (cookieKeysFile !== undefined)
    settings.cookieKeys = readSettingsFile(cookieKeysFile, "cookieKeysFile")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
  const problems = contradictions(settings)
  if (problems.length > 0) throw settingsError(problems)
  return settings
}

function contradictions(settings: ServerSettings): string[] {
  const { publicUrl, issuer, clientId, clientSecret, everyone, domains, claims, cookieKeys, proxyHeader } = settings
  const problems: string[] = []
  const ways = [settings.public && "public", issuer && "issuer", proxyHeader && "proxyHeader"].filter(Boolean)
  if (ways.length === 0)
    problems.push(
      "no reader access: set issuer (sign-in), proxyHeader (sign-in by a proxy), or public (everyone who reaches the server)",
    )
  if (ways.length > 1) problems.push(`${ways.join(" and ")} cannot be combined`)
  if (issuer) {
    if (!clientId) problems.push(`clientId is missing (${variableOf("clientId")})`)
    if (!clientSecret) problems.push(`clientSecret is missing (${variableOf("clientSecretFile")})`)
    if (!everyone && domains.length === 0 && Object.keys(claims).length === 0)
      problems.push("no reader rule: set domains, claims, or everyone (all users of the issuer)")
    if (isPlainHttp(issuer)) problems.push("issuer must begin with https://")
    if (isPlainHttp(publicUrl)) problems.push("publicUrl must begin with https:// for its cookies")
    if (cookieKeys.length === 0) problems.push(`cookieKeys are missing (${variableOf("cookieKeysFile")})`)
  }
  if (proxyHeader && settings.proxyAddresses.length === 0)
    problems.push("proxyAddresses are missing: without them, any client could set the header")
  problems.push(...adminProblems(settings), ...webhookProblems(settings))
  const names = settings.proxyAddresses.filter((text) => !isAddressRange(text))
  if (names.length > 0)
    problems.push(`proxyAddresses must be addresses or ranges such as 10.0.0.0/8, and no names: ${names.join(", ")}`)
  if (cookieKeys.some(isWeakKey))
    problems.push("cookieKeys must have at least 32 random characters each (openssl rand -base64 32)")
  return problems
}

function adminProblems({ public: isPublic, issuer, admins, adminClaims }: ServerSettings): string[] {
  const problems: string[] = []
  const hasClaims = Object.keys(adminClaims).length > 0
  if (isPublic && (admins.length > 0 || hasClaims))
    problems.push("admins and adminClaims need a sign-in: they cannot be combined with public")
  else if (hasClaims && !issuer)
    problems.push("adminClaims need an issuer: a proxy's header has only an address, so set admins")
  const wrong = admins.filter((admin) => !isEmail(admin))
  if (wrong.length > 0) problems.push(`admins must be e-mail addresses: ${wrong.join(", ")}`)
  return problems
}

function webhookProblems({ webhookUrl, webhookSecret }: ServerSettings): string[] {
  if (webhookUrl === undefined) return webhookSecret === undefined ? [] : ["webhookUrl is missing"]
  const problems = isPlainHttp(webhookUrl) ? ["webhookUrl must begin with https://"] : []
  if (webhookSecret === undefined) problems.push(`webhookSecret is missing (${variableOf("webhookSecretFile")})`)
  else if (isWeakKey(webhookSecret))
    problems.push("webhookSecret must have at least 32 random characters (openssl rand -base64 32)")
  return problems
}

/** Minimum of different characters: 32 random hexadecimal digits have 14 on average. */
const MIN_DISTINCT_CHARS = 10

const isWeakKey = (key: string) =>
  key.length < 32 ||
  new Set(key).size < MIN_DISTINCT_CHARS ||
  /^(.{1,20})\1+.{0,20}$/.test(key) ||
  /change.?me|placeholder|your.?(?:key|secret)|password/i.test(key) ||
  isToken(key)

const isPlainHttp = (address: string) => {
  const { protocol, hostname } = new URL(address)
  return protocol === "http:" && !["127.0.0.1", "localhost", "[::1]"].includes(hostname)
}

function parseSettingsFile(file: string): object {
  const read = readSettingsFile(file, "--config")
  try {
    const value: unknown = JSON.parse(read)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw settingsError([`${file} is not a JSON object`])
}

function readSettingsFile(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    throw settingsError([`cannot read the file of ${what}`])
  }
}

function describeIssue(issue: z.core.$ZodIssue, given: object): string {
  if (issue.code === "unrecognized_keys") return `unknown setting ${issue.keys.join(", ")}`
  const name = String(issue.path[0])
  return Object.hasOwn(given, name) ? `${name} ${issue.message}` : `${name} is missing (${variableOf(name)})`
}

const settingsError = (problems: string[]) =>
  new ShareError("bad-settings", `Cannot start the server: ${problems.join("; ")}.`.replace("?.", "?"), {
    hint: "Set them as variables or in the file of --config. See docs/server.md.",
  })
