import { NO_STORE } from "../http/responses.ts"
import type { ServerContext, ServerHono } from "./server-env.ts"

/** Adds the probes of orchestrators: `/healthz` (the process runs, and a restart would not help), `/readyz` (bucket and issuer respond). */
export function addHealthRoutes(app: ServerHono, { store, access, log }: ServerContext): void {
  app.get("/healthz", (context) =>
    store.remote?.needsRestart()
      ? context.text("restart: the bucket rejects the credentials of the environment\n", 503, NO_STORE)
      : context.text("ok\n", 200, NO_STORE),
  )
  app.get("/readyz", async (context) => {
    try {
      await Promise.all([store.get("tokens/readiness.json"), access.checkReady()])
      return context.text("ok\n", 200, NO_STORE)
    } catch (error) {
      log("warn", "not ready", { message: error instanceof Error ? error.message : "" })
      return context.text("not ready\n", 503, NO_STORE)
    }
  })
}
