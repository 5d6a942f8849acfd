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
      "Wait until the retention ends, or have it removed by who runs the bucket.",
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

const UPLOAD_DEMANDS =
  " If that is allowed, its policy may demand encryption, an ACL, tags or a storage class: set --sse, --acl, --tags or --storage-class."

/** A missing permission. */
export function deniedError({ code, status, headers, message }: S3ErrorFacts, about: S3Context): ErrorText | undefined {
  if (
    status !== 401 &&
    status !== 403 &&
    !/^(?:AccessDenied|AllAccessDisabled|Forbidden|UnauthorizedAccess|AccountProblem)$/.test(code)
  )
    return undefined
  // A proxy or a web site that refuses is not the bucket's policy.
  if (code !== "AccessDenied" && /html/.test(headers["content-type"] ?? "")) return undefined
  const permission = {
    write: "s3:PutObject",
    read: "s3:GetObject (and s3:ListBucket, without which a missing object is answered by a refusal)",
    list: "s3:ListBucket",
    "list-versions": "s3:ListBucketVersions",
    delete: "s3:DeleteObject",
    "delete-version": "s3:DeleteObjectVersion",
  }[about.operation]
  return [
    "store-denied",
    `Access denied: these credentials may not ${operationVerb(about.operation)} ${objectName(about)}${reasonIn(message, code)}.`,
    `Allow ${permission} for the bucket ${about.bucket}.${about.operation === "write" ? UPLOAD_DEMANDS : ""}${bucketEndpointHint(about)}`,
  ]
}

/** The service's reason for a refusal, such as the permission and policy that AWS names; "" if there is none. */
function reasonIn(message: string, code: string): string {
  const said = message
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .replace(/\.$/, "")
    .slice(0, 300)
  const isEmpty = said === "" || said === code || /^(?:unknown ?error|access ?denied|forbidden|null)$/i.test(said)
  return isEmpty ? "" : ` (the service says: ${said})`
}
