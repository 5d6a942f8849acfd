/** Headers by which caches and delivery networks tell of themselves. `server` and `via` tell the maker alone. */
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

/** What an answer tells of a cache in front, in its own words: `x-cache: HIT, age: 12`; "" if nothing. */
export function describeCacheHeaders(headers: Headers): string {
  return CACHE_HEADERS.flatMap((name) =>
    headers.has(name) ? `${name}: ${printable(headers.get(name) ?? "")}` : [],
  ).join(", ")
}

/** Whether `servedBy` tells of a cache; every server tells `server`. */
export const isCache = (served: string): boolean => /(?:^|, )(?!server: )[a-z-]+: /.test(served)

/** Whether `servedBy` says that the answer was kept. */
export const isHit = (served: string): boolean =>
  /\b(?:hit|stale|updating)\b|age: [1-9]|x-cache-hits: [1-9]/i.test(served)

/**
 * How to have a cache forget a share, for whoever runs it.
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

/** What somebody else's server says, for a terminal. */
export function printable(text: string): string {
  const plain = text.replace(/[^\x20-\x7e]+/g, "?")
  return plain.length > MAX_VALUE_CHARS ? `${plain.slice(0, MAX_VALUE_CHARS)}…` : plain
}
