import { setTimeout as sleep } from "node:timers/promises"
import { StandardRetryStrategy } from "@smithy/core/retry"

type Refresh = StandardRetryStrategy["refreshRetryTokenForRetry"]

/** The longest `Retry-After` that is waited for; the SDK alone waits at most five seconds. */
const MAX_RETRY_AFTER_MS = 60_000

/**
 * The SDK's standard retries, except that timeouts are retried once instead of four times, so that the user gets an error in
 * seconds, not minutes; and that a busy service is asked again when it says (`Retry-After`), within a minute.
 * Once the client is closed, nothing is retried.
 */
export class TimeoutLimitedRetryStrategy extends StandardRetryStrategy {
  isClosed = false

  override async refreshRetryTokenForRetry(...[token, info]: Parameters<Refresh>): ReturnType<Refresh> {
    if (this.isClosed) throw info.error
    if (isTimeout(info.error) && token.getRetryCount() >= 1) throw info.error
    const wait = (info.retryAfterHint?.getTime() ?? 0) - Date.now()
    if (wait > 0 && wait <= MAX_RETRY_AFTER_MS) await sleep(wait)
    return super.refreshRetryTokenForRetry(token, info)
  }
}

/** Whether the error is a timeout of the SDK's HTTP client. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError" && !("code" in error && error.code !== "ETIMEDOUT")
}
