import type { MiddlewareHandler } from "hono"
import type { Metrics } from "../metrics.ts"

const ROUTES = ["s", "share", "api", "auth", "mine", "tokens", "admin", "import", "healthz", "readyz"]

/** Counts and times requests, by route and status. */
export const requestMetrics =
  (metrics: Metrics): MiddlewareHandler =>
  async (context, next) => {
    const start = performance.now()
    await next()
    const route = routeOf(context.req.path)
    metrics.increment("requests_total", { route, status: String(context.res.status) })
    metrics.observe("request_seconds", (performance.now() - start) / 1000, { route })
  }

function routeOf(path: string): string {
  const first = path.split("/")[1] ?? ""
  if (first.startsWith("ocb_")) return "publish"
  return ROUTES.includes(first) ? first : "other"
}
