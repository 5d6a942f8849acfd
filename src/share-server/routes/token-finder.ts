import type { Context } from "hono"
import { HttpError } from "../http/http-error.ts"
import { rateLimiter } from "../http/rate-limiter.ts"
import { type PublishToken, tokenLookup } from "../shares/tokens.ts"
import type { ServerContext } from "./server-env.ts"

/** Returns a function that looks up a token. It throws `HttpError` for unknown tokens and those that exceed their rate. */
export function tokenFinder({ store, metrics, ratePerMinute }: ServerContext) {
  const tokenOf = tokenLookup(store)
  const isWithinRate = rateLimiter(ratePerMinute)
  return async (plain: string): Promise<PublishToken> => {
    const token = await tokenOf(plain)
    if (!token) {
      metrics.increment("refused_tokens_total")
      throw new HttpError(401, "Unknown or revoked token.")
    }
    if (!isWithinRate(token.hash)) throw new HttpError(429, "Too many requests with this token. Try again in a minute.")
    return token
  }
}

/** The token of an `Authorization` header; "" if there is none. */
export const bearerToken = ({ req }: Context): string =>
  /^Bearer (\S+)$/i.exec(req.header("authorization") ?? "")?.[1] ?? ""
