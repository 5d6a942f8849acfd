/** Properties of an error, with or without a response from the service. */
export interface S3ErrorFacts {
  code: string
  message: string
  status: number | undefined
  headers: Record<string, string>
  /** The region that the service expects, if it names one. */
  region: string | undefined
  /** System error codes of its causes: a failed connection has one for each address that was tried. */
  system: string[]
}

/** Codes that would refuse any request, whatever its operation. */
const REQUEST_INDEPENDENT_CODES =
  /^(?:ExpiredToken.*|TokenRefreshRequired|InvalidToken|InvalidAccessKey.*|AuthorizationHeaderMalformed|RequestTime.*|InvalidBucketName)$/

/** Codes of credentials that the service does not accept, or not any more. */
export const isCredentialCode = (code: string): boolean =>
  /^(?:InvalidAccessKey(?:Id)?|SignatureDoesNotMatch|ExpiredToken(?:Exception)?|TokenRefreshRequired|InvalidToken)$/.test(
    code,
  )

/** Whether a service does not support an operation, as opposed to refusing this request. */
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
 * Whether a service refuses this request because a permission is missing or by a rule of the bucket. False if it rejects
 * the credentials, which would fail every request.
 */
export function isDenied(error: unknown): boolean {
  const { code, status, headers } = errorFacts(error)
  if (REQUEST_INDEPENDENT_CODES.test(code) || code === "SignatureDoesNotMatch") return false
  // A refusal by a proxy says nothing about the bucket.
  if (code !== "AccessDenied" && /html/.test(headers["content-type"] ?? "")) return false
  return status === 403 || isDeniedCode(code)
}

/** Whether the code refuses an object of a batch. */
export const isDeniedCode = (code: string): boolean =>
  /^(?:AccessDenied|AllAccessDisabled|Forbidden|UnauthorizedAccess)$/.test(code)

/** Whether the code means that the object does not exist. */
export function isNotFoundCode(code: string): boolean {
  return code === "NoSuchKey" || code === "NoSuchVersion" || code === "NotFound"
}

/** Extracts the properties of an SDK or Node error. Other values give mostly empty properties. */
export function errorFacts(error: unknown): S3ErrorFacts {
  const known = (typeof error === "object" && error !== null ? error : {}) as {
    name?: unknown
    message?: unknown
    $metadata?: { httpStatusCode?: number }
    $response?: { statusCode?: number; headers?: Record<string, string> }
    Region?: unknown
    Endpoint?: unknown
  }
  const headers = Object.fromEntries(
    Object.entries(known.$response?.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  )
  return {
    code: String(known.name ?? "Error"),
    message: String(known.message ?? ""),
    status: known.$metadata?.httpStatusCode ?? known.$response?.statusCode,
    headers,
    region: regionIn(headers["x-amz-bucket-region"], known.Region, `${known.message}`, `${known.Endpoint}`),
    system: systemCodes(error),
  }
}

/** From the header, the `<Region>` element, the message (AWS: `expecting 'x'`; Garage: a scope), the `<Endpoint>` element. */
function regionIn(header: string | undefined, element: unknown, message: string, endpoint: string): string | undefined {
  const found =
    header ??
    (typeof element === "string" && element !== "" ? element : undefined) ??
    /expecting '([^']+)'/.exec(message)?.[1] ??
    /expected:? \S*\/([\w-]+)\/s3\/aws4_request/.exec(message)?.[1] ??
    /\.s3[.-]([a-z0-9-]+)\.amazonaws\.com/.exec(endpoint)?.[1]
  return found !== undefined && /^[\w-]{1,64}$/.test(found) ? found : undefined
}

function systemCodes(error: unknown, depth = 0): string[] {
  if (typeof error !== "object" || error === null || depth > 5) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  const own = typeof code === "string" && /^[A-Z][A-Z_0-9]+$/.test(code) ? [code] : []
  const below = [cause, ...(Array.isArray(errors) ? errors : [])]
  return [...own, ...below.flatMap((one) => systemCodes(one, depth + 1))]
}
