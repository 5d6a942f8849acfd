import type { S3Client } from "@aws-sdk/client-s3"
import { SignatureV4 } from "@smithy/signature-v4"
import { ShareError } from "../../errors.ts"
import type { PresignedLink } from "../object-store.ts"

/**
 * Signs an address of S3 so that whoever has it can get the object, for so many seconds (AWS Signature Version 4, in the
 * query; a week at most). Nothing is sent. A link dies with the keys that signed it: where those are lent for a while
 * only, it ends with them. Throws what finding credentials throws, and `store-credentials` for those that have run out.
 */
export async function presign({ config }: S3Client, object: string, seconds: number): Promise<PresignedLink> {
  // Of what addresses may hold as it is, S3 signs these encoded.
  const address = object.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
  const { credentials, region, sha256, systemClockOffset = 0 } = config
  // By the service's clock, as far as the SDK has seen that ours is off.
  const now = new Date(Date.now() + systemClockOffset)
  const { expiration, sessionToken } = await credentials()
  if (expiration && expiration <= now)
    throw new ShareError("store-credentials", "The credentials for the bucket have run out.", {
      hint: "Get new ones (aws sso login), and run the same command again.",
    })
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
  const end = now.getTime() + seconds * 1000
  const isShort = expiration !== undefined && expiration.getTime() < end
  const note = isShort
    ? "Your credentials are temporary, and the link ends with them. One that is signed with a user's own keys lives longer."
    : "Your credentials are temporary: should they end before, the link ends with them."
  return {
    url: `${address}?${new URLSearchParams(query as Record<string, string>)}`,
    until: isShort ? expiration : new Date(end),
    ...((isShort || (sessionToken !== undefined && !expiration)) && { note }),
  }
}
