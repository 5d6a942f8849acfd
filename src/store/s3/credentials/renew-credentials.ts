import type { S3Client } from "@aws-sdk/client-s3"
import { errorFacts, isCredentialCode } from "../errors/error-facts.ts"
import type { KnownCredentials } from "./credential-provider.ts"

type Identity = Awaited<ReturnType<S3Client["config"]["credentials"]>>

/**
 * Reads the credentials again when the service rejects them, and repeats the request if they have changed: a file that was
 * rotated while this process runs needs no restart. The client itself renews only credentials that say when they expire.
 */
export function renewCredentials(client: S3Client, known: KnownCredentials): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const used = await client.config.credentials()
      try {
        const answer = await next(args)
        known.isRejected = false
        return answer
      } catch (error) {
        if (!isRejection(error, context["commandName"] === "HeadObjectCommand")) {
          // Whoever is told that there is no such object was let in.
          if (errorFacts(error).status === 404) known.isRejected = false
          throw error
        }
        const fresh = await client.config.credentials({ forceRefresh: true }).catch(() => used)
        if (!isSame(used, fresh)) return next(args)
        known.isRejected = isCredentialCode(errorFacts(error).code)
        throw error
      }
    },
    { name: "renewCredentials", step: "initialize", priority: "low" },
  )
}

/** The response to HEAD has no body, so a rejection has no code of its own. */
function isRejection(error: unknown, isHead: boolean): boolean {
  const { code, status } = errorFacts(error)
  return isCredentialCode(code) || (isHead && status === 403)
}

const isSame = (a: Identity, b: Identity) =>
  a.accessKeyId === b.accessKeyId && a.secretAccessKey === b.secretAccessKey && a.sessionToken === b.sessionToken
