import type { S3ErrorFacts } from "./error-facts.ts"
import { bucketEndpointHint, type ErrorText, objectName, operationVerb, type S3Context } from "./error-text.ts"

const saysLocked = (code: string, message: string) =>
  /object.?lock|worm|retention|legal hold|immutab/i.test(`${code} ${message}`)
const saysMfa = (message: string) => /\bmfa\b|multi-?factor/i.test(message)

/** Whether a refusal says that the object is protected, whoever deletes it. */
export const saysProtected = (code: string, message: string): boolean => saysLocked(code, message) || saysMfa(message)

/** An object that must not be changed or deleted, whoever asks. */
export function protectionError({ code, message }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  if (about.operation !== "delete" && about.operation !== "delete-version" && about.operation !== "write")
    return undefined
  if (saysLocked(code, message)) {
    return [
      "store-denied",
      `${objectName(about)} is protected by object lock or a retention rule of the bucket and cannot be erased yet.`,
      "Wait until the retention ends, or have it removed by the bucket's administrator.",
    ]
  }
  if (saysMfa(message)) {
    return [
      "store-denied",
      `${objectName(about)} cannot be erased: the bucket ${about.bucket} deletes only with multi-factor authentication.`,
      "Have MFA delete switched off for this bucket, or use another one.",
    ]
  }
  return undefined
}

/** A key of KMS that may not be used, does not exist or is disabled. */
export function kmsError({ code, message }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  if (!/\bkms\b|^KMS/i.test(`${code} ${message}`)) return undefined
  const action = actionIn(message)
  return [
    "store-denied",
    `The key of KMS for ${objectName(about)} cannot be used.`,
    action === undefined
      ? "Check the key: --sse-kms-key-id, or the bucket's default encryption."
      : `Allow ${action} on the key, in its key policy or in a policy of these credentials (uploads need kms:GenerateDataKey and kms:Decrypt).`,
  ]
}

/** A request that is refused although its credentials are accepted. */
export function deniedError(facts: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  const { code, status, headers, message } = facts
  if (
    status !== 401 &&
    status !== 403 &&
    !/^(?:AccessDenied|AllAccessDisabled|Forbidden|UnauthorizedAccess|AccountProblem)$/.test(code)
  )
    return undefined
  // A proxy or a web site that refuses is not the bucket's policy.
  if (code !== "AccessDenied" && /html/.test(headers["content-type"] ?? "")) return undefined
  return [
    "store-denied",
    `Access denied: these credentials may not ${operationVerb(about.operation)} ${objectName(about)}.`,
    policyHint(message, about) ?? permissionHint(about),
  ]
}

const actionIn = (message: string) => /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1]

/**
 * Change to make, if AWS names the policy that refused.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
function policyHint(message: string, about: S3Context): string | undefined {
  const denying = /with an explicit deny in an? ([\w -]+?)(?=[.:,]|$)/.exec(message)?.[1]
  if (denying !== undefined)
    return denying === "resource-based policy"
      ? `The policy of the bucket ${about.bucket} denies this explicitly.${uploadDemands(about)}`
      : `A ${denying} denies this explicitly, which no other policy can allow: ask its administrator.`
  const [, silent, action] = /because no ([\w -]+?) allows the (\S+) action/.exec(message) ?? []
  return silent === undefined ? undefined : `Allow ${action} in the ${silent}.`
}

function permissionHint(about: S3Context): string {
  const { operation, bucket, upload = {} } = about
  const more = [upload.ACL && "s3:PutObjectAcl", upload.Tagging && "s3:PutObjectTagging"].filter(Boolean)
  const permission = {
    write: ["s3:PutObject", ...more].join(", "),
    read: "s3:GetObject (and s3:ListBucket, without which a missing object is answered by a refusal)",
    list: "s3:ListBucket",
    "list-versions": "s3:ListBucketVersions",
    delete: "s3:DeleteObject",
    "delete-version": "s3:DeleteObjectVersion",
  }[operation]
  return `Allow ${permission} for the bucket ${bucket}.${uploadDemands(about)}${bucketEndpointHint(about)}`
}

/** Policies also refuse uploads without what they demand. */
const uploadDemands = ({ operation }: S3Context) =>
  operation === "write"
    ? " If that is allowed, the bucket's policy may demand encryption, an ACL, tags or a storage class: set --sse, --acl, --tags or --storage-class."
    : ""
