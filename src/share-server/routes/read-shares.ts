import type { Context } from "hono"
import { isShareId } from "../../share/share-id.ts"
import { decryptTicket } from "../access/import-ticket.ts"
import { requireReader } from "../access/require-reader.ts"
import { NO_STORE } from "../http/responses.ts"
import { shortId } from "../log.ts"
import * as pages from "../pages/pages.ts"
import { contentState } from "../shares/content-state.ts"
import type { ShareStatus } from "../shares/share-status.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"
import { parseSharePath, streamObject } from "./stream-object.ts"

/** Adds the pages of shares: `/s/<id>/…`, and their links `/share/<id>`. */
export function addReadingRoutes(app: ServerHono, options: ServerContext): void {
  app.get("/s/*", requireReader(options), (context) => answerPage(context, options))
  app.get("/share/:id", requireReader(options), async (context) => {
    const given = context.req.param("id")
    const id = isShareId(given) ? given : (await decryptTicket(options.tokenCipher, given))?.id
    return id === undefined ? context.notFound() : context.redirect(`${options.base}/s/${id}/`, 302)
  })
}

async function answerPage(context: Context<ServerEnv>, options: ServerContext): Promise<Response> {
  const { store, statusOf, log, base, inventory, webhooks } = options
  const { path } = context.req
  const place = parseSharePath(path)
  if (!place && isShareId(path.slice("/s/".length))) return context.redirect(`${base}${path}/`, 302)
  if (!place) return context.notFound()
  const status = await statusOf(place.id)
  if (status !== "published") return unavailable(context, place.id, status, options)
  const answer = await streamObject(context, store, place)
  // The share was removed since its status was cached, or it has no such page.
  if (!answer) return unavailable(context, place.id, await statusOf(place.id, { fresh: true }), options)
  if (place.path.endsWith(".html") || place.path.startsWith("session.")) {
    const about = { path: place.path, reader: context.get("reader").name }
    inventory.read(place.id)
    log("audit", "read", { share: shortId(place.id), ...about, status: answer.status })
    webhooks?.report("share.read", { id: place.id, ...about })
  }
  return answer
}

/** The page for a share that cannot be read. */
export async function unavailable(
  context: Context,
  id: string,
  status: ShareStatus,
  { store, now, log, maxBodyBytes }: ServerContext,
): Promise<Response> {
  if (status === "gone") return context.html(pages.noLongerShared(), 410, NO_STORE)
  if (status !== "preparing") return context.html(pages.notFound(), 404, NO_STORE)
  const state = await contentState(store, id, now())
  if (state.kind === "preparing") return context.html(pages.preparing(), 202, { ...NO_STORE, "retry-after": "2" })
  log("warn", "share without content", { share: shortId(id), reason: state.kind })
  return context.html(pages.noContent(state, maxBodyBytes / 1_000_000), 202, { ...NO_STORE, "retry-after": "30" })
}
