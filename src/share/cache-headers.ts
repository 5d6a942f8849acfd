/** Headers that caches and CDNs add. `server` and `via` only name the product. */
const CACHE_HEADERS = [
  "cf-cache-status",
  "x-cache",
  "x-cache-status",
  "x-cache-lookup",
  "x-cache-hits",
  "x-proxy-cache",
  "x-varnish-cache",
  "x-vercel-cache",
  "cdn-cache",
  "cache-status",
  "age",
  "via",
  "server",
] as const
const MAX_VALUE_CHARS = 80

/** The headers of a cache in front, as sent: `x-cache: HIT, age: 12`; "" if there are none. */
export function describeCacheHeaders(headers: Headers): string {
  return CACHE_HEADERS.flatMap((name) =>
    headers.has(name) ? `${name}: ${printable(headers.get(name) ?? "")}` : [],
  ).join(", ")
}

/** Whether the result of `describeCacheHeaders` names a cache. `server` alone does not: every server sends it. */
export const isCache = (served: string): boolean => /(?:^|, )(?!server: )[a-z-]+: /.test(served)

/** Whether the result of `describeCacheHeaders` reports a cache hit. */
export const isHit = (served: string): boolean =>
  /\b(?:hit|stale|updating)\b|age: [1-9]|x-cache-hits: [1-9]/i.test(served)

/**
 * How the operator of the cache can purge a share.
 * @param prefix the address of the share, ending in a slash
 */
export function purgeHint(headers: Headers, prefix: string): string {
  const via = `${headers.get("via")} ${headers.get("server")} ${headers.get("x-cache")} ${headers.get("x-served-by")}`
  if (headers.has("cf-cache-status") || headers.has("cf-ray"))
    return `purge it at Cloudflare (Caching, Purge Cache, by prefix ${prefix})`
  if (headers.has("x-amz-cf-id") || /cloudfront/i.test(via))
    return `purge it at CloudFront (aws cloudfront create-invalidation --paths "${new URL(prefix).pathname}*")`
  if (headers.has("x-fastly-request-id") || /cache-[a-z]{3}/.test(via)) return `purge it at Fastly (${prefix})`
  if (headers.has("cdn-pullzone")) return `purge it at Bunny (${prefix}*)`
  return `purge ${prefix}* there`
}

/** Makes text from another server safe to print in a terminal. */
export function printable(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, "?")
  return plain.length > MAX_VALUE_CHARS ? `${plain.slice(0, MAX_VALUE_CHARS)}…` : plain
}
