/**
 * Returns the path of a request below the server's base path. It is not decoded, so that each path has one spelling, but
 * for the share API, repeated slashes count as one: a client appends its path to an address that may end in a slash.
 */
export function requestPath({ url }: Request, base: string): string {
  const { pathname } = new URL(url)
  const isBelow = base !== "" && (pathname === base || pathname.startsWith(`${base}/`))
  const path = isBelow ? pathname.slice(base.length) || "/" : pathname
  return API_PATH.test(path) ? path.replace(/\/{2,}/g, "/") : path
}

const API_PATH = /^\/+(?:ocb_[^/]+\/+)?api\//
