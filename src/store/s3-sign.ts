import type { S3Client } from "@aws-sdk/client-s3"
import { SignatureV4 } from "@smithy/signature-v4"
import type { SignedLink } from "./object-store.ts"

/**
 * Signs an address of S3 so that whoever has it can get the object, for so many seconds (AWS Signature Version 4, in the
 * query; a week at most). Nothing is sent. Temporary credentials end a link when they end themselves. Throws what finding
 * credentials throws.
 */
export async function signedLink(
  { config }: S3Client,
  address: string,
  seconds: number,
  now = new Date(),
): Promise<SignedLink> {
  const { credentials, region, sha256 } = config
  const signer = new SignatureV4({
    ...{ credentials, region, sha256, service: "s3" },
    // The address is encoded, once, as S3 wants it.
    uriEscapePath: false,
    applyChecksum: false,
  })
  const { protocol, hostname, port, host, pathname } = new URL(address)
  const request = {
    ...{ method: "GET", protocol, hostname, path: pathname, query: {} },
    ...(port !== "" && { port: Number(port) }),
    headers: { host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
  }
  const { query = {} } = await signer.presign(request, { expiresIn: seconds, signingDate: now })
  const { expiration } = await credentials()
  const until = new Date(Math.min(now.getTime() + seconds * 1000, expiration?.getTime() ?? Number.POSITIVE_INFINITY))
  return { url: `${address}?${new URLSearchParams(query as Record<string, string>)}`, until }
}
