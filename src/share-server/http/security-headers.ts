import type { MiddlewareHandler } from "hono"

/** Sets the security headers of every response, unless the route has set its own. */
export function securityHeaders(publicUrl: string): MiddlewareHandler {
  const defaults: Record<string, string> = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    // A share's page has its own policy in a `<meta>` element, where `frame-ancestors` is not allowed.
    "content-security-policy": "frame-ancestors 'none'",
    ...(publicUrl.startsWith("https:") && { "strict-transport-security": "max-age=31536000" }),
  }
  return async (context, next) => {
    await next()
    const { headers } = context.res
    for (const [name, value] of Object.entries(defaults)) if (!headers.has(name)) headers.set(name, value)
  }
}
