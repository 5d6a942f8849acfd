import { ShareError } from "../errors.ts"

/** Requirements of a bucket, its owner or its policy on requests. */
export interface BucketOptions {
  /** Server-side encryption of every object: `AES256`, `aws:kms` or `aws:kms:dsse`. */
  sse?: string | undefined
  /** Id or ARN of the KMS key. Implies `aws:kms`. Default: the bucket's or the account's own key. */
  sseKmsKeyId?: string | undefined
  /** Use an S3 Bucket Key, which saves requests to KMS. */
  sseBucketKey?: boolean | undefined
  /** `STANDARD_IA`, or another class of the service. */
  storageClass?: string | undefined
  /** Canned ACL of every object: `bucket-owner-full-control`. Default: no ACL is sent, since several services have none. */
  acl?: string | undefined
  /** Tags of every object, as the AWS CLI writes them: `team=ai&class=internal`. */
  tags?: string | undefined
  /** Accept that the requester pays, in a bucket that is set up so. */
  requesterPays?: boolean | undefined
  /** Account id of the bucket's owner: requests to a bucket of anyone else are refused. */
  expectedBucketOwner?: string | undefined
  /** How long a request may wait for data. Default: 15. */
  timeoutSeconds?: number | undefined
}

/** How an option is written on the command line, and the check of its value. */
export interface BucketOption {
  kind: "text" | "boolean" | "seconds"
  /** Name of the value in `--help`. */
  value?: string
  help: string
  /** Error in a value, as the end of a sentence (`must be …`); undefined if it is valid. */
  problem?(value: string): string | undefined
}

const oneOf =
  (...values: string[]) =>
  (value: string) =>
    values.includes(value) ? undefined : `must be one of ${values.join(", ")}`

/** Every option. Settings files, variables, flags and the share server's settings are derived from this table. */
export const BUCKET_OPTIONS: Record<keyof BucketOptions, BucketOption> = {
  sse: {
    kind: "text",
    value: "algorithm",
    help: "server-side encryption: AES256, aws:kms or aws:kms:dsse",
    problem: oneOf("AES256", "aws:kms", "aws:kms:dsse"),
  },
  sseKmsKeyId: { kind: "text", value: "key", help: "id or ARN of the KMS key (implies --sse aws:kms)" },
  sseBucketKey: { kind: "boolean", help: "encrypt with an S3 Bucket Key" },
  storageClass: {
    kind: "text",
    value: "class",
    help: "storage class, such as STANDARD_IA",
    // Objects of these classes are not readable until they are restored.
    problem: (value) =>
      /^(?:GLACIER|DEEP_ARCHIVE)$/i.test(value) ? "must be a class whose objects can be read" : undefined,
  },
  acl: {
    kind: "text",
    value: "acl",
    help: "canned ACL, such as bucket-owner-full-control",
    problem: oneOf("private", "public-read", "authenticated-read", "bucket-owner-read", "bucket-owner-full-control"),
  },
  tags: { kind: "text", value: "tags", help: "tags of every object: 'team=ai&class=internal'", problem: tagProblem },
  requesterPays: { kind: "boolean", help: "accept the charges of a requester-pays bucket" },
  expectedBucketOwner: { kind: "text", value: "account", help: "account id that must own the bucket" },
  timeoutSeconds: { kind: "seconds", value: "seconds", help: "how long a request may wait for data (default: 15)" },
}

export const MAX_TIMEOUT_SECONDS = 3600

export const bucketOptionNames = Object.keys(BUCKET_OPTIONS) as (keyof BucketOptions)[]

/** Whether a setting of this name is an option with the values true and false. */
export const isBooleanOption = (name: string): boolean =>
  Object.entries(BUCKET_OPTIONS).some(([option, { kind }]) => option === name && kind === "boolean")

/** Only the options among other values. Unset ones are left out. */
export function pickBucketOptions(given: BucketOptions): BucketOptions {
  return Object.fromEntries(
    bucketOptionNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  )
}

/** Options as text for display: `sse aws:kms, requesterPays`; "" if none is set. */
export function describeBucketOptions(given: BucketOptions): string {
  return Object.entries(pickBucketOptions(given))
    .flatMap(([name, value]) => (value === false ? [] : [value === true ? name : `${name} ${shown(`${value}`)}`]))
    .join(", ")
}

/** Quoted unless it is one word: a value must not look like a part of the sentence. */
const shown = (value: string) => (/^[\w.@+:/=&%-]+$/.test(value) ? value : JSON.stringify(value))

/** Fills in what a key id implies. Throws `bad-settings` for options that contradict each other. */
export function completeBucketOptions(given: BucketOptions): BucketOptions {
  const options = pickBucketOptions(given)
  if (options.sseKmsKeyId !== undefined) options.sse ??= "aws:kms"
  const isKms = options.sse?.startsWith("aws:kms")
  const kmsOnly = options.sseKmsKeyId === undefined ? options.sseBucketKey && "sseBucketKey" : "sseKmsKeyId"
  if (kmsOnly && !isKms)
    throw new ShareError("bad-settings", `"${kmsOnly}" needs encryption with KMS.`, {
      hint: "Set sse to aws:kms (--sse aws:kms), or remove that setting.",
    })
  return options
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
function tagProblem(text: string): string | undefined {
  const tags = [...new URLSearchParams(text)]
  if (tags.length === 0 || text.split("&").some((tag) => !/^[^=]+=/.test(tag)))
    return "must have the form key=value&key=value"
  if (tags.length > 10) return "must have at most 10 tags"
  if (new Set(tags.map(([key]) => key)).size < tags.length) return "must not have a key twice"
  if (tags.some(([key, value]) => key.length > 128 || value.length > 256))
    return "must have keys of at most 128 and values of at most 256 characters"
  return undefined
}
