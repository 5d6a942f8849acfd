import type { S3Client } from "@aws-sdk/client-s3"
import { SignatureV4 } from "@smithy/signature-v4"
import { ShareError } from "../../errors.ts"
import type { PresignedLink } from "../object-store.ts"

/**
 * Creates a presigned URL for an object (AWS Signature Version 4 in the query; a week at most). Sends nothing. The URL
 * expires with the credentials that signed it, if they are temporary. Throws what resolving credentials throws, and
 * `store-credentials` if they have expired.
 */
export async function presign({ config }: S3Client, object: string, seconds: number): Promise<PresignedLink> {
  // S3 signs these characters encoded, although URLs may contain them as they are.
  const address = object.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const { credentials, region, sha256, systemClockOffset = 0 } = config
  // Use the service's clock, if the SDK has detected clock skew.
  const now = new Date(Date.now() + systemClockOffset)
  const { expiration, sessionToken } = await credentials()
  if (expiration && expiration <= now)
    throw new ShareError("store-credentials", "The credentials for the bucket have expired.", {
      hint: "Get new ones (aws sso login), and run the same command again.",
    })
  const signer = new SignatureV4({
    credentials,
    region,
    sha256,
    service: "s3",
    // The address is encoded once already, as S3 requires.
    uriEscapePath: false,
    applyChecksum: false,
  })
  const { protocol, hostname, port, host, pathname } = new URL(address)
  const request = {
    method: "GET",
    protocol,
    hostname,
    path: pathname,
    query: {},
    ...(port !== "" && { port: Number(port) }),
    headers: { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  }
  const { query = {} } = await signer.presign(request, { expiresIn: seconds, signingDate: now })
  const end = now.getTime() + seconds * 1000
  const isShort = expiration !== undefined && expiration.getTime() < end
  const note = isShort
    ? "Your credentials are temporary, and the link expires with them. Sign it with permanent keys for a longer lifetime."
    : "Your credentials are temporary: if they expire earlier, the link expires with them."
  return {
    url: `${address}?${new URLSearchParams(query as Record<string, string>)}`,
    until: isShort ? expiration : new Date(end),
    ...((isShort || (sessionToken !== undefined && !expiration)) && { note }),
  }
}
