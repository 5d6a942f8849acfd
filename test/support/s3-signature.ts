import { createHash, createHmac, timingSafeEqual } from "node:crypto"

export interface SignedRequest {
  method: string
  /** As sent: path and query, percent-encoded. */
  url: string
  headers: Record<string, string>
  body: Buffer
}

/** Maximum difference between the time of a request and the server's clock. */
const MAX_SKEW_MS = 15 * 60_000

/**
 * Verifies the AWS Signature Version 4 of a request (header form). Returns the S3 error code, or undefined if the
 * signature is valid.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureError(
  request: SignedRequest,
  { accessKey, secretKey, region, now }: { accessKey: string; secretKey: string; region: string; now: number },
): string | undefined {
  const { headers } = request
  const form = /^AWS4-HMAC-SHA256 Credential=(.+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
  const [, credential = "", signedHeaders = "", signature = ""] = form.exec(headers["authorization"] ?? "") ?? []
  if (signature === "") return "AuthorizationHeaderMalformed"
  const [service, requestRegion, date, ...key] = [
    credential.split("/").at(-2),
    credential.split("/").at(-3),
    credential.split("/").at(-4),
    credential.split("/").slice(0, -4).join("/"),
  ]
  if (key.join("/") !== accessKey) return "InvalidAccessKeyId"
  if (service !== "s3" || requestRegion !== region) return "AuthorizationHeaderMalformed"

  const time = headers["x-amz-date"] ?? ""
  const sent = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"))
  if (!(Math.abs(now - sent) <= MAX_SKEW_MS)) return "RequestTimeTooSkewed"

  const signed = signedHeaders.split(";")
  const mustBeSigned = Object.keys(headers).filter(
    (name) => name.startsWith("x-amz-") || name === "host" || name === "content-md5",
  )
  if (!mustBeSigned.every((name) => signed.includes(name))) return "AccessDenied"

  const payload = headers["x-amz-content-sha256"] ?? ""
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== sha256(request.body)) return "XAmzContentSHA256Mismatch"

  const [path = "", query = ""] = request.url.split("?", 2)
  const canonical = [
    request.method,
    path,
    query
      .split("&")
      .filter(Boolean)
      .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
      .sort()
      .join("&"),
    ...signed.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}`),
    "",
    signedHeaders,
    payload,
  ].join("\n")
  const scope = `${date}/${region}/s3/aws4_request`
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")
  const signingKey = ["s3", "aws4_request"].reduce(
    hmac,
    hmac(hmac(Buffer.from(`AWS4${secretKey}`), date ?? ""), region),
  )
  const right = hmac(signingKey, toSign)
  return timingSafeEqual(right, Buffer.from(signature, "hex")) ? undefined : "SignatureDoesNotMatch"
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex")
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac("sha256", key).update(data).digest()
}
