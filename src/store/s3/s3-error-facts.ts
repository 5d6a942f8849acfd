/** What is known of an error, whether a service answered or none did. */
export interface S3ErrorFacts {
  code: string
  message: string
  status: number | undefined
  headers: Record<string, string>
  /** Codes of the errors below it: a failed connection has one for each address that was tried. */
  system: string[]
}

/** Codes with which a service refuses the request itself, whatever it asks for. */
const REQUEST_INDEPENDENT_CODES =
  /^(?:ExpiredToken.*|TokenRefreshRequired|InvalidToken|InvalidAccessKey.*|AuthorizationHeaderMalformed|RequestTime.*|InvalidBucketName)$/

/** True where a service says that it has no such request, rather than that this one was refused. */
export function isUnsupported(error: unknown): boolean {
  const { code, status } = errorFacts(error)
  if (
    status === 405 ||
    status === 501 ||
    /^(?:NotImplemented|MethodNotAllowed|NotSupported|UnsupportedOperation)$/.test(code)
  )
    return true
  return status === 400 && !REQUEST_INDEPENDENT_CODES.test(code)
}

/**
 * True where a service refuses this request for want of a right, or by a rule of the bucket; not where it refuses the
 * credentials, which no other request would help against.
 */
export function isDenied(error: unknown): boolean {
  const { code, status, headers } = errorFacts(error)
  if (REQUEST_INDEPENDENT_CODES.test(code) || code === "SignatureDoesNotMatch") return false
  // A proxy that refuses does not speak for the bucket.
  if (code !== "AccessDenied" && /html/.test(headers["content-type"] ?? "")) return false
  return status === 403 || isDeniedCode(code)
}

/** True for the codes with which a service refuses an object of a batch. */
export const isDeniedCode = (code: string): boolean =>
  /^(?:AccessDenied|AllAccessDisabled|Forbidden|UnauthorizedAccess)$/.test(code)

/** True for the codes with which a service says that there is nothing to delete or to read. */
export function isNotFoundCode(code: string): boolean {
  return code === "NoSuchKey" || code === "NoSuchVersion" || code === "NotFound"
}

/** Reads an error of the SDK or of Node; any other value gives facts without much in them. */
export function errorFacts(error: unknown): S3ErrorFacts {
  const known = (typeof error === "object" && error !== null ? error : {}) as {
    name?: unknown
    message?: unknown
    $metadata?: { httpStatusCode?: number }
    $response?: { statusCode?: number; headers?: Record<string, string> }
  }
  const headers = Object.entries(known.$response?.headers ?? {}).map(([name, value]) => [
    name.toLowerCase(),
    String(value),
  ])
  return {
    code: String(known.name ?? "Error"),
    message: String(known.message ?? ""),
    status: known.$metadata?.httpStatusCode ?? known.$response?.statusCode,
    headers: Object.fromEntries(headers),
    system: systemCodes(error),
  }
}

function systemCodes(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 5) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  const own = typeof code === "string" && /^[A-Z][A-Z_0-9]+$/.test(code) ? [code] : []
  const below = [cause, ...(Array.isArray(errors) ? errors : [])]
  return [...own, ...below.flatMap((one) => systemCodes(one, depth + 1))]
}
