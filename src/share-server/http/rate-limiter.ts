import { LRUCache } from "lru-cache"

const MAX_CLIENT_COUNT = 100_000

/** Token bucket for each client: `limit` requests a minute, with a burst of up to one minute's worth. */
export function rateLimiter(limit: number, now: () => number = Date.now) {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: MAX_CLIENT_COUNT })
  return (client: string): boolean => {
    const time = now()
    const bucket = buckets.get(client) ?? { tokens: limit, at: time }
    const tokens = Math.min(limit, bucket.tokens + ((time - bucket.at) / 60_000) * limit)
    buckets.set(client, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: time })
    return tokens >= 1
  }
}
