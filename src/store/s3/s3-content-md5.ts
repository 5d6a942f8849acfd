import { createHash } from "node:crypto"
import type { S3Client } from "@aws-sdk/client-s3"

/**
 * DeleteObjects requires a checksum of its body. The SDK sends CRC32, which many services do not support; all support
 * Content-MD5 (aws/aws-sdk-js-v3#6819, #6920). Runs after the SDK's checksums and before signing.
 */
export function signContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      if (context["commandName"] !== "DeleteObjectsCommand") return next(args)
      const request = args.request as { headers: Record<string, string>; body: string | Uint8Array }
      for (const name of Object.keys(request.headers)) {
        if (/^x-amz-(?:sdk-)?checksum-/i.test(name)) delete request.headers[name]
      }
      request.headers["content-md5"] = createHash("md5").update(request.body).digest("base64")
      return next(args)
    },
    { name: "contentMd5", step: "build", priority: "low" },
  )
}
