import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import { getSignedUrl } from "@aws-sdk/s3-request-presigner"
import { ShareError } from "../../errors.ts"
import { credentialSource } from "./credentials/credential-source.ts"
import { missingProfile } from "./errors/credential-errors.ts"

/**
 * The address of a bucket, ending in `/`: that of a signed URL, since links must follow the SDK's extensive rules for
 * regions, partitions and bucket names. Sends nothing. Throws `bad-settings`.
 */
export async function bucketAddress(config: S3ClientConfig, bucket: string): Promise<string> {
  const client = new S3Client({ ...config, credentials: { accessKeyId: "none", secretAccessKey: "none" } })
  try {
    const { origin, pathname } = new URL(
      await getSignedUrl(client, new GetObjectCommand({ Bucket: bucket, Key: "key" })),
    )
    return origin + pathname.slice(0, -"key".length)
  } catch (error) {
    throw new ShareError("bad-settings", `The bucket ${bucket} cannot be addressed: ${(error as Error).message}.`, {
      hint: "Check the bucket's name, the endpoint and the region.",
      cause: error,
    })
  } finally {
    client.destroy()
  }
}

/** The region from the SDK's sources: `AWS_REGION`, the profile; then `AWS_DEFAULT_REGION`. Throws `bad-settings`. */
export async function configuredRegion(config: S3ClientConfig, ownEndpoint: boolean): Promise<string> {
  try {
    return await new S3Client(config).config.region()
  } catch (error) {
    const other = process.env["AWS_DEFAULT_REGION"]
    if (other !== undefined && other !== "") return other
    // Most services other than AWS have a single region and accept this name for it.
    if (ownEndpoint) return "us-east-1"
    const { kind, profile = "", profiles = [] } = await credentialSource(config.profile, process.env)
    if (kind === "missing-profile") {
      const [code, message, hint] = missingProfile(profile, profiles)
      throw new ShareError(code, message, { hint, cause: error })
    }
    throw new ShareError("bad-settings", "No region is configured for the bucket.", {
      hint: "Name it with --region or AWS_REGION, such as eu-central-1.",
      cause: error,
    })
  }
}
