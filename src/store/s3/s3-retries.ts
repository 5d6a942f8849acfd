import { StandardRetryStrategy } from "@smithy/core/retry"

type Refresh = StandardRetryStrategy["refreshRetryTokenForRetry"]

/**
 * The SDK's standard retries, except that timeouts are retried once instead of four times, so that the user gets an error in
 * seconds, not minutes.
 */
export class TimeoutLimitedRetryStrategy extends StandardRetryStrategy {
  override refreshRetryTokenForRetry(...[token, info]: Parameters<Refresh>): ReturnType<Refresh> {
    if (isTimeout(info.error) && token.getRetryCount() >= 1) return Promise.reject(info.error)
    return super.refreshRetryTokenForRetry(token, info)
  }
}

/** Whether the error is a timeout of the SDK's HTTP client. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === "TimeoutError" && !("code" in error && error.code !== "ETIMEDOUT")
}
