import type { Context } from "hono"
import { sha256 } from "../../lib/hash.ts"
import { HttpError } from "../http/http-error.ts"
import { rateLimiter } from "../http/rate-limiter.ts"
import { findTokenByHash, isToken, type PublishToken, tokenLookup } from "../shares/tokens.ts"
import type { ServerContext } from "./server-env.ts"

/** Refusals that are logged in a minute, of each known token and of all unknown ones. */
const AUDITED_PER_MINUTE = 20

/**
 * Returns a function that looks up a token. It throws `HttpError` for unknown tokens and those that exceed their rate, and
 * logs why.
 */
export function tokenFinder({ store, metrics, log, ratePerMinute }: ServerContext) {
  const tokenOf = tokenLookup(store)
  const isWithinRate = rateLimiter(ratePerMinute)
  // Whoever guesses tokens, or repeats a request, neither fills the log nor keeps the bucket busy.
  const isAudited = rateLimiter(AUDITED_PER_MINUTE)
  return async (plain: string): Promise<PublishToken> => {
    const token = await tokenOf(plain)
    if (!token) {
      metrics.increment("refused_tokens_total")
      // Without a token, it is the server's own probe or a stranger; that is counted, and not worth a line.
      if (plain !== "" && isAudited("")) {
        const revoked = isToken(plain) ? await findTokenByHash(store, sha256(plain)) : undefined
        log(
          "audit",
          "refused",
          revoked ? { reason: "revoked token", token: revoked.name } : { reason: "unknown token" },
        )
      }
      throw new HttpError(401, "Unknown or revoked token.")
    }
    if (!isWithinRate(token.hash)) {
      if (isAudited(token.hash)) log("audit", "refused", { reason: "too many requests", token: token.name })
      throw new HttpError(429, "Too many requests with this token. Try again in a minute.")
    }
    return token
  }
}

/** The token of an `Authorization` header; "" if there is none. */
export const bearerToken = ({ req }: Context): string =>
  /^Bearer (\S+)$/i.exec(req.header("authorization") ?? "")?.[1] ?? ""
