import type { Context, MiddlewareHandler } from "hono"
import { type AdminAction, act, findTargets } from "../admin/admin-action.ts"
import { filterShares, parseFilter } from "../admin/filter-shares.ts"
import { listedTokens } from "../admin/listed-tokens.ts"
import { parseAction } from "../admin/parse-action.ts"
import { HttpError } from "../http/http-error.ts"
import { parseJson, readBody } from "../http/request-body.ts"
import { NO_STORE } from "../http/responses.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"
import { bearerToken, tokenFinder } from "./token-finder.ts"

const MAX_BODY_BYTES = 65_536
/** Lines that are sent at once. */
const LINES_PER_CHUNK = 1_000

/** Adds the API of administrators, below `/api/admin/`, for admin tokens. It answers with JSON, lists with one object a line. */
export function addAdminApiRoutes(app: ServerHono, options: ServerContext): void {
  const { store, inventory } = options
  const forAdmins = requireAdminToken(options)

  app.get("/api/admin/shares", forAdmins, async (context) => {
    const filter = parseFilter((name) => context.req.query(name))
    const { entries, isComplete } = await inventory.list()
    if (!isComplete)
      throw new HttpError(503, "The list of shares is being built for the first time. Try again in some minutes.")
    return jsonLines(context, filterShares(entries, filter))
  })
  app.get("/api/admin/tokens", forAdmins, async (context) =>
    jsonLines(context, await listedTokens({ store, inventory, q: context.req.query("q") ?? "" })),
  )
  app.delete("/api/admin/shares/:id", forAdmins, (context) =>
    answerAction(context, { kind: "share", id: context.req.param("id"), unshare: "true" }, options),
  )
  app.delete("/api/admin/shares", forAdmins, (context) => {
    const { owner, token } = context.req.query()
    if ((owner === undefined) === (token === undefined))
      throw new HttpError(400, "Name whose shares to remove, with either owner= or token=.")
    const target = owner === undefined ? { kind: "token", name: token } : { kind: "owner", email: owner }
    return answerAction(context, { ...target, unshare: "true" }, options)
  })
  app.delete("/api/admin/tokens/:name", forAdmins, (context) => {
    const unshare = context.req.query("unshare") ?? "false"
    return answerAction(context, { kind: "token", name: context.req.param("name"), revoke: "true", unshare }, options)
  })
  app.post("/api/admin/leavers", forAdmins, async (context) => {
    const body = await readBody(context.req.raw, MAX_BODY_BYTES)
    const { email } = (parseJson(body ?? new Uint8Array()) ?? {}) as { email?: unknown }
    return answerAction(context, { kind: "owner", email, revoke: "true", unshare: "true" }, options)
  })
}

/** Middleware of the admin API: sets `reader` to the person that the admin token belongs to. */
function requireAdminToken(options: ServerContext): MiddlewareHandler<ServerEnv> {
  const findToken = tokenFinder(options)
  return async (context, next) => {
    const { name, owner, role } = await findToken(bearerToken(context))
    if (role !== "admin") {
      options.log("audit", "refused", { reason: "publish token used for administration", token: name })
      throw new HttpError(403, "This token may publish only. Use one of: opencode-bucket token create --admin.")
    }
    context.set("reader", { name: owner ?? name, isAdmin: true })
    return next()
  }
}

async function answerAction(
  context: Context<ServerEnv>,
  fields: Record<string, unknown>,
  options: ServerContext,
): Promise<Response> {
  const action = parseAction((name) => fields[name])
  if (!action) throw new HttpError(400, "The request does not name a share, a token or an e-mail address.")
  await assertKnown(action, options)
  return context.json(await act(action, context.get("reader").name, options), 200, NO_STORE)
}

/** Answers 404 to a misspelt share or token. A person need not have anything. */
async function assertKnown({ target }: AdminAction, { store }: ServerContext): Promise<void> {
  if (target.kind === "owner") return
  const { tokens, shares } = await findTargets(store, target)
  if (tokens.length + shares.size === 0) throw new HttpError(404, `There is no such ${target.kind}.`)
}

/** Streams one JSON object a line: all shares of a company at once would take memory. */
function jsonLines(context: Context, items: readonly object[]): Response {
  const encoder = new TextEncoder()
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent >= items.length) return controller.close()
      const chunk = items.slice(sent, sent + LINES_PER_CHUNK)
      sent += chunk.length
      controller.enqueue(encoder.encode(chunk.map((item) => `${JSON.stringify(item)}\n`).join("")))
    },
  })
  return context.body(body, 200, { ...NO_STORE, "content-type": "application/jsonl; charset=utf-8" })
}
