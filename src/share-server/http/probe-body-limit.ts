import { request as httpRequest } from "node:http"
import { request as httpsRequest } from "node:https"

/** Time for a proxy to refuse a declared length. */
const PROBE_TIMEOUT_MS = 5_000

/**
 * Whether something in front of the server refuses requests of this length (413). Declares the length at the server's
 * public address and sends nothing: a proxy with a limit refuses by the header, everything else waits for the body.
 * Resolves to undefined if nothing responds.
 */
export function isLengthRefused(publicUrl: string, bytes: number): Promise<boolean | undefined> {
  const send = publicUrl.startsWith("https:") ? httpsRequest : httpRequest
  return new Promise((resolve) => {
    const request = send(`${publicUrl}/api/share`, {
      method: "POST",
      headers: { "content-length": bytes, "content-type": "application/json" },
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    })
    request.once("response", ({ statusCode }) => {
      resolve(statusCode === 413)
      request.destroy()
    })
    request.once("error", ({ name }) => resolve(name === "AbortError" || name === "TimeoutError" ? false : undefined))
    request.flushHeaders()
  })
}
