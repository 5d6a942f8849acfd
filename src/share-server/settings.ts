import { readFileSync } from "node:fs"
import * as z from "zod"
import { ShareError } from "../errors.ts"
import { firstHidden } from "../lib/terminal-text.ts"
import { parseDuration } from "../share/expiry.ts"
import { checkDestination, formatDestination, invalidDestinationError } from "../store/check-destination.ts"
import { canonicalTo } from "../store/open-store.ts"
import { isToken } from "./tokens.ts"

const text = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .refine((value) => firstHidden(value) === undefined, "must not contain characters that a terminal does not show")
const webAddress = z
  .url({ protocol: /^https?$/, error: "must be an http(s) address" })
  .refine(
    (url) => firstHidden(url) === undefined && !/\s/.test(url),
    "must be an http(s) address without hidden characters",
  )
  .transform((url) => url.replace(/\/+$/, ""))
const yes = z.union([
  z.boolean(),
  z.enum(["true", "false", "1", "0"]).transform((text) => text === "true" || text === "1"),
])
const amount = (least: number) =>
  z.coerce.number("must be a number").int("must be a whole number").min(least, `must be at least ${least}`)
/** In a variable: with commas. */
const list = z.union([
  z.array(text),
  z.string().transform((all) =>
    all
      .split(",")
      .map((one) => one.trim())
      .filter((one) => one !== ""),
  ),
])
const json = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => {
    if (typeof value !== "string") return value
    try {
      return JSON.parse(value)
    } catch {
      return value
    }
  }, schema)

/** The settings of the server: in a file (`--config`), and over that as variables `OPENCODE_BUCKET_<NAME>`. */
export const serverSettingsSchema = z.strictObject({
  /** Address and port to listen on. */
  listen: text
    .regex(/^(?:\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i, "must be an address and a port, such as 127.0.0.1:8080")
    .default("127.0.0.1:8080"),
  /** Where the server is seen from outside: `https://shares.corp.example`. */
  publicUrl: webAddress,
  /** The bucket: as for every other command. */
  to: text
    .superRefine((to, context) => {
      const unclear = checkDestination(to)
      if (unclear) context.addIssue(invalidDestinationError(unclear, formatDestination(to)).message.replace(/\.$/, ""))
    })
    .transform(canonicalTo),
  endpoint: webAddress.optional(),
  region: text.optional(),
  profile: text.optional(),
  pathStyle: yes.optional(),
  /** Publish although the bucket's object lock keeps every object for a time. */
  acceptRetention: yes.default(false),
  /** Everybody who reaches the server may read. */
  public: yes.default(false),
  /** OpenID Connect: the issuer, and what this server is there. */
  issuer: webAddress.optional(),
  clientId: text.optional(),
  clientSecret: text.optional(),
  clientSecretFile: text.optional(),
  scope: text.default("openid email profile"),
  /** Who of those that can sign in may read. */
  everyone: yes.default(false),
  domains: list.default([]),
  claims: json(z.record(z.string(), z.array(text))).default({}),
  trustEmail: yes.default(false),
  sessionHours: amount(1).max(720, "must be at most 720").default(8),
  /** Keys of cookies, the newest first; a file has one a line. */
  cookieKeys: list.default([]),
  cookieKeysFile: text.optional(),
  /** A header in which a reverse proxy says who is there, and the addresses of that proxy. */
  proxyHeader: text.regex(/^[A-Za-z0-9-]+$/, "must be the name of a header").optional(),
  proxyAddresses: list.default([]),
  /** How long shares live after their session was last changed. */
  expires: text
    .refine(
      (text) => parseDuration(text) !== undefined,
      "must be hours, days or weeks, such as 12h, 7d or 8w, or never",
    )
    .default("never"),
  redact: json(
    z.strictObject({
      emails: z.boolean().optional(),
      patterns: z.array(text).optional(),
      allow: z.array(text).optional(),
    }),
  ).optional(),
  /** Megabytes that one request may bring; requests a minute that one token may make. */
  maxRequestMb: amount(1).default(32),
  /** Megabytes that are kept of one session. */
  maxShareMb: amount(1).default(128),
  requestsPerMinute: amount(1).default(1200),
  /** Shares that are published at once. */
  publishAtOnce: amount(1).default(2),
  /** Address and port on which Prometheus finds figures; nowhere, unless given. */
  metricsListen: text.optional(),
  /** Seconds that are left to finish publishing when the server is asked to end. */
  shutdownSeconds: amount(1).default(20),
})

export type ServerSettings = Omit<z.infer<typeof serverSettingsSchema>, "clientSecretFile" | "cookieKeysFile">

const names = Object.keys(serverSettingsSchema.shape)
const variableOf = (name: string) => `OPENCODE_BUCKET_${name.replace(/[A-Z]/g, "_$&").toUpperCase()}`

/**
 * Reads the settings of the server, and makes sure that they say who may read. Throws `bad-settings`: what is missing or
 * wrong, all of it, without the values.
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
  const given = { ...(file !== undefined && fileSettings(file)), ...variables, ...set }
  const read = serverSettingsSchema.safeParse(given)
  if (!read.success) throw wrong(read.error.issues.map((issue) => inWords(issue, given)))
  const { clientSecretFile, cookieKeysFile, ...settings } = read.data
  if (clientSecretFile !== undefined) settings.clientSecret = content(clientSecretFile, "clientSecretFile").trim()
  if (cookieKeysFile !== undefined)
    settings.cookieKeys = content(cookieKeysFile, "cookieKeysFile")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
  const problems = contradictions(settings)
  if (problems.length > 0) throw wrong(problems)
  return settings
}

function contradictions(settings: ServerSettings): string[] {
  const { publicUrl, issuer, clientId, clientSecret, everyone, domains, claims, cookieKeys, proxyHeader } = settings
  const problems: string[] = []
  const ways = [settings.public && "public", issuer && "issuer", proxyHeader && "proxyHeader"].filter(Boolean)
  if (ways.length === 0)
    problems.push("nobody may read: set issuer (sign-in), or public (everybody who reaches the server), or proxyHeader")
  if (ways.length > 1) problems.push(`${ways.join(" and ")} exclude each other`)
  if (issuer) {
    if (!clientId) problems.push(`clientId is missing (${variableOf("clientId")})`)
    if (!clientSecret) problems.push(`clientSecret is missing (${variableOf("clientSecretFile")})`)
    if (!everyone && domains.length === 0 && Object.keys(claims).length === 0)
      problems.push("who may read is missing: domains, claims, or everyone for all whom the issuer signs in")
    if (isPlain(issuer)) problems.push("issuer must begin with https://")
    if (isPlain(publicUrl)) problems.push("publicUrl must begin with https:// for its cookies")
    if (cookieKeys.length === 0) problems.push(`cookieKeys are missing (${variableOf("cookieKeysFile")})`)
  }
  if (proxyHeader && settings.proxyAddresses.length === 0)
    problems.push("proxyAddresses are missing: whoever else reaches the server could set that header")
  if (cookieKeys.some((key) => key.length < 32 || isToken(key)))
    problems.push("cookieKeys must have 32 characters of randomness each (openssl rand -base64 32)")
  return problems
}

const isPlain = (address: string) => {
  const { protocol, hostname } = new URL(address)
  return protocol === "http:" && !["127.0.0.1", "localhost", "[::1]"].includes(hostname)
}

function fileSettings(file: string): object {
  const read = content(file, "--config")
  try {
    const value: unknown = JSON.parse(read)
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value
  } catch {}
  throw wrong([`${file} is no JSON object`])
}

function content(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    throw wrong([`the file of ${what} cannot be read`])
  }
}

function inWords(issue: z.core.$ZodIssue, given: object): string {
  if (issue.code === "unrecognized_keys") return `${issue.keys.join(", ")}: there is no such setting`
  const name = String(issue.path[0])
  return Object.hasOwn(given, name) ? `${name} ${issue.message}` : `${name} is missing (${variableOf(name)})`
}

const wrong = (problems: string[]) =>
  new ShareError("bad-settings", `The server is not started: ${problems.join("; ")}.`.replace("?.", "?"), {
    hint: "docs/server.md lists the settings; each is a variable, or stands in the file of --config.",
  })
