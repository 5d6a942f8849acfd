import { type Destination, parseDestination } from "../store/open-store.ts"

/**
 * Builds a bucket policy (JSON) that lets anyone read the shares at a destination but list nothing.
 * Undefined for a local folder, and if no policy can make the objects public.
 */
export function readPolicy({ to, sse, sseKmsKeyId, requesterPays }: Destination): string | undefined {
  const place = parseDestination(to)
  // KMS-encrypted objects, and those of which the requester pays, are never readable without credentials.
  const isSignedOnly = sseKmsKeyId !== undefined || sse?.startsWith("aws:kms") || requesterPays
  if (place.kind === "directory" || isSignedOnly) return undefined
  const shares = [place.bucket, place.folder, "s/*"].filter((name) => name !== "").join("/")
  const statement = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${shares}` }
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] })
}
