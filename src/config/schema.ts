import * as z from "zod"
import { parseLength } from "../share/expires.ts"

const webAddress = z
  .url({ protocol: /^https?$/, error: "must be an http(s) address" })
  .transform((url) => url.replace(/\/+$/, ""))
const text = z.string().trim().min(1, "must not be empty")

/**
 * The settings: this package's options in `opencode.json`, each also a flag (`--public-url`) and a variable
 * (`OPENCODE_BUCKET_PUBLIC_URL`).
 */
export const settingsSchema = z.strictObject({
  /** `s3://bucket[/folder]`, or a local folder. Default: a folder in the user's data directory. */
  to: text.optional(),
  /** The S3 service's address. Default: the AWS SDK's own (`AWS_ENDPOINT_URL_S3`, profile, AWS). */
  endpoint: webAddress.optional(),
  /** The bucket's region. Default: the AWS SDK's own, `us-east-1` with an endpoint. */
  region: text.optional(),
  /** A profile of `~/.aws/config`. Default: `AWS_PROFILE`. */
  profile: text.optional(),
  /** `https://host/bucket/key` instead of `https://bucket.host/key`. Default: true when an endpoint is set. */
  pathStyle: z.boolean().optional(),
  /** Where the bucket (with the folder of `to`) is seen from outside. Default: derived from endpoint and bucket. */
  publicUrl: webAddress.optional(),
  /** How long a share lives: `12h`, `7d`, `8w`, `never`. Default: never. */
  expires: text
    .refine((text) => parseLength(text) !== undefined, "must be hours, days or weeks, such as 12h, 7d or 8w, or never")
    .optional(),
  /** Whether to ask, on a terminal, before a session is shared for the first time. Default: true. */
  confirm: z.boolean().optional(),
  /** What is redacted besides secrets, home folders and the user's name, and what is not. */
  redact: z
    .strictObject({
      /** E-mail addresses, too. Default: false. */
      emails: z.boolean().optional(),
      /** Further words, or regular expressions between slashes: `/ACME-\\d+/i`. */
      patterns: z.array(text).optional(),
      /** Words, or regular expressions between slashes, that are no secrets whatever they look like. */
      allow: z.array(text).optional(),
    })
    .optional(),
})

export type Settings = z.infer<typeof settingsSchema>

export const settingNames = Object.keys(settingsSchema.shape) as (keyof Settings)[]
