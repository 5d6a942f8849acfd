import { Hono } from "hono"
import type { Metrics } from "../metrics.ts"
import { type HttpServer, startHttpServer } from "./http-server.ts"

/** Serves `/metrics` for Prometheus on an address of its own. */
export function startMetricsServer(
  address: string,
  metrics: Metrics,
  gauges: () => Record<string, number>,
): Promise<HttpServer> {
  const app = new Hono()
  app.get("/metrics", (context) =>
    context.text(metrics.text(gauges()), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  )
  return startHttpServer(app, address)
}
