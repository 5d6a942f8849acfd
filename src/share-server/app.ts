import { Hono } from "hono"
import { errorHandler } from "./http/handle-error.ts"
import { requestMetrics } from "./http/request-metrics.ts"
import { requestPath } from "./http/request-path.ts"
import { NO_STORE } from "./http/responses.ts"
import { securityHeaders } from "./http/security-headers.ts"
import * as pages from "./pages/pages.ts"
import { addAdminRoutes } from "./routes/admin.ts"
import { addAdminApiRoutes } from "./routes/admin-api.ts"
import { addHealthRoutes } from "./routes/health.ts"
import { addImportRoutes } from "./routes/import.ts"
import { addMyExpiryRoutes } from "./routes/my-expiry.ts"
import { addMySharesRoutes } from "./routes/my-shares.ts"
import { addMyTokensRoutes } from "./routes/my-tokens.ts"
import { addPublishingRoutes } from "./routes/publish.ts"
import { addReadingRoutes } from "./routes/read-shares.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./routes/server-env.ts"
import { shareStatuses } from "./shares/share-status.ts"

export type AppOptions = Omit<ServerContext, "statusOf" | "base">

/** Builds the HTTP app: publishing (with a token), reading (for readers) and the probes for operators. */
export function serverApp(options: AppOptions): ServerHono {
  const { access, log, metrics, now, publicUrl, store } = options
  const base = new URL(publicUrl).pathname.replace(/\/+$/, "")
  const context: ServerContext = { ...options, base, statusOf: shareStatuses(store, now) }
  const app: ServerHono = new Hono<ServerEnv>({ getPath: (request) => requestPath(request, base) })
  app.use(requestMetrics(metrics), securityHeaders(publicUrl))
  app.onError(errorHandler(log))
  app.notFound((context) => context.html(pages.notFound(), 404, NO_STORE))
  addHealthRoutes(app, context)
  if (access.routes) app.route("/", access.routes)
  addReadingRoutes(app, context)
  addImportRoutes(app, context)
  addMySharesRoutes(app, context)
  addMyExpiryRoutes(app, context)
  addMyTokensRoutes(app, context)
  addAdminRoutes(app, context)
  addAdminApiRoutes(app, context)
  addPublishingRoutes(app, context)
  app.get("/", (context) => context.redirect(`${base}/mine`, 302))
  return app
}
