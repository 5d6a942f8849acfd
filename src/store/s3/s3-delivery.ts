import type { PutObjectCommand } from "@aws-sdk/client-s3"
import { errorFacts } from "./errors/error-facts.ts"

/** Errors of a connection that was never established, so nothing was sent. */
const NEVER_CONNECTED =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EAI_NODATA|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|CERT_.*|UNABLE_TO_.*|SELF_SIGNED_.*|DEPTH_ZERO_.*|ERR_TLS_CERT_.*|ERR_PROXY_TUNNEL)$/

/**
 * Watches every attempt of an upload. The returned function reports whether one may have reached the service: after a lost
 * response the object may be stored, after a refused connection it is not.
 */
export function watchDelivery({ middlewareStack }: PutObjectCommand): () => boolean {
  let isReached = false
  middlewareStack.add(
    (next) => async (args) => {
      try {
        const answer = await next(args)
        isReached = true
        return answer
      } catch (error) {
        isReached ||= !isNeverConnected(error)
        throw error
      }
    },
    { name: "contact", step: "deserialize", priority: "low" },
  )
  return () => isReached
}

function isNeverConnected(error: unknown): boolean {
  const { system, message } = errorFacts(error)
  // There is one code for each address of the host that was tried.
  if (system.length > 0) return system.every((code) => NEVER_CONNECTED.test(code))
  return /did not establish a connection/.test(message)
}

/** Marks an error's cause: no attempt has reached the service. */
export const markUnsent = (error: unknown): unknown =>
  typeof error === "object" && error !== null ? Object.assign(error, { isUnsent: true }) : error
