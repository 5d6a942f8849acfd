import type { Context } from "hono"
import { isShareId } from "../../share/share-id.ts"
import { decryptTicket, encryptTicket, type ImportTicket } from "../access/import-ticket.ts"
import { requireReader } from "../access/require-reader.ts"
import { fairSemaphore } from "../http/fair-semaphore.ts"
import { OWN_PAGE_HEADERS, refuse } from "../http/responses.ts"
import { shortId } from "../log.ts"
import * as pages from "../pages/pages.ts"
import { sessionData } from "../shares/session-data.ts"
import { unavailable } from "./read-shares.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"

/**
 * Adds what `opencode import <link>` requests, and the page that prints this command. OpenCode sends no cookie, so the link
 * contains an encrypted ticket for one share instead of its id.
 */
export function addImportRoutes(app: ServerHono, options: ServerContext): void {
  const { access, statusOf, publicUrl, tokenCipher } = options
  const { origin } = new URL(publicUrl)
  const exportData = dataExporter(options)
  const forReaders = requireReader(options)

  app.get("/import/:id", forReaders, async (context) => {
    const id = context.req.param("id")
    const status = isShareId(id) ? await statusOf(id) : "missing"
    if (status !== "published") return unavailable(context, id, status, options)
    const { name, session } = context.get("reader")
    const ticket = await encryptTicket(tokenCipher, { id, name, session })
    return context.html(pages.importCommand(origin, ticket), 200, OWN_PAGE_HEADERS)
  })
  for (const path of ["/api/share/:id/data", "/api/shares/:id/data"])
    app.get(path, async (context) => {
      const given = context.req.param("id") ?? ""
      const ticket = isShareId(given) ? undefined : await decryptTicket(tokenCipher, given)
      const isValid = ticket && !(ticket.session && (await access.isSignedOut?.(ticket.session)))
      if (isValid) return exportData(context, ticket)
      let answer: Response | undefined
      const refused = await forReaders(context, async () => {
        const { name } = context.get("reader")
        answer = isShareId(given) ? await exportData(context, { id: given, name }) : shareNotFound(context)
      })
      return refused ?? answer!
    })
}

function dataExporter({ store, statusOf, log }: ServerContext) {
  const exports = fairSemaphore({ limit: 2, maxQueued: 100, timeoutMs: 45_000 })
  return async (context: Context<ServerEnv>, { id, name }: ImportTicket): Promise<Response> => {
    if ((await statusOf(id)) !== "published") return shareNotFound(context)
    const found = await exports(() => sessionData(store, id))
    if (!found) return shareNotFound(context)
    log("audit", "read", { share: shortId(id), path: "data", reader: name })
    return context.json(found, 200, { "cache-control": "private, no-store" })
  }
}

const shareNotFound = (context: Context) => refuse(context, 404, { error: "Share not found." })
