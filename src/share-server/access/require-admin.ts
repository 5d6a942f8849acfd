import type { MiddlewareHandler } from "hono"
import { OWN_PAGE_HEADERS } from "../http/responses.ts"
import * as pages from "../pages/pages.ts"
import type { ServerContext, ServerEnv } from "../routes/server-env.ts"

/** Middleware of routes for administrators; comes after `requireReader`. Answers 403 to other readers. */
export const requireAdmin =
  ({ contact, log }: Pick<ServerContext, "contact" | "log">): MiddlewareHandler<ServerEnv> =>
  async (context, next) => {
    const { name, isAdmin } = context.get("reader")
    if (isAdmin) return next()
    log("audit", "refused", { reader: name, reason: "not an administrator" })
    return context.html(pages.notAdmin(name, contact), 403, OWN_PAGE_HEADERS)
  }
