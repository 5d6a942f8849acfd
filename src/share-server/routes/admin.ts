import type { Context } from "hono"
import { readManifest } from "../../share/manifest.ts"
import { formProofs } from "../access/form-proof.ts"
import { requireAdmin } from "../access/require-admin.ts"
import { requireReader } from "../access/require-reader.ts"
import { type AdminAction, act, findTargets } from "../admin/admin-action.ts"
import { filterShares, parseFilter } from "../admin/filter-shares.ts"
import { listedTokens } from "../admin/listed-tokens.ts"
import { parseAction } from "../admin/parse-action.ts"
import { OWN_PAGE_HEADERS } from "../http/responses.ts"
import { adminActionDone, confirmAdminAction } from "../pages/admin-action-pages.ts"
import type { ListPage } from "../pages/admin-parts.ts"
import { adminSharesPage } from "../pages/admin-shares-page.ts"
import { adminTokensPage } from "../pages/admin-tokens-page.ts"
import type { Markup } from "../pages/layout.ts"
import * as pages from "../pages/pages.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"

const ITEMS_PER_PAGE = 50

/** Adds the pages of administrators: all shares, all tokens, and what can be done with them. */
export function addAdminRoutes(app: ServerHono, options: ServerContext): void {
  const { store, inventory, base } = options
  const forAdmins = [requireReader(options), requireAdmin(options)] as const
  const answer = (context: Context, markup: Markup) => context.html(markup, 200, OWN_PAGE_HEADERS)

  app.get("/admin", ...forAdmins, async (context) => {
    const filter = parseFilter((name) => context.req.query(name))
    const { entries, isComplete } = await inventory.list()
    const list = listPage(filterShares(entries, filter), context)
    return answer(context, adminSharesPage({ base, filter, list, isComplete }))
  })
  app.get("/admin/tokens", ...forAdmins, async (context) => {
    const q = context.req.query("q")?.trim() ?? ""
    const list = listPage(await listedTokens({ store, inventory, q }), context)
    return answer(context, adminTokensPage({ base, q, list }))
  })
  app.get("/admin/confirm", ...forAdmins, async (context) => {
    const action = parseAction((name) => context.req.query(name))
    return action ? answer(context, await confirmation(action, context, options)) : notFound(context)
  })
  app.post("/admin/confirm", ...forAdmins, async (context) => {
    const fields = await context.req.parseBody()
    const action = parseAction((name) => fields[name])
    const { name } = context.get("reader")
    if (!action || !(await proofsOf(options).isValid(fields["proof"], name, JSON.stringify(action)))) {
      options.log("audit", "refused", { reader: name, reason: "form without a valid proof" })
      return notFound(context)
    }
    return answer(context, adminActionDone({ base, result: await act(action, name, options) }))
  })
}

const proofsOf = ({ tokenCipher }: ServerContext) => formProofs(tokenCipher, "admin")

const notFound = (context: Context) => context.html(pages.notFound(), 404, OWN_PAGE_HEADERS)

/** The page of a list that a request asks for. */
function listPage<T>(all: readonly T[], context: Context): ListPage<T> {
  const count = Math.max(1, Math.ceil(all.length / ITEMS_PER_PAGE))
  const wanted = Number.parseInt(context.req.query("page") ?? "", 10)
  const number = Math.min(count, Math.max(1, wanted || 1))
  const start = (number - 1) * ITEMS_PER_PAGE
  return { items: all.slice(start, start + ITEMS_PER_PAGE), total: all.length, number, count }
}

async function confirmation(action: AdminAction, context: Context<ServerEnv>, options: ServerContext): Promise<Markup> {
  const { store, base, access } = options
  const { target } = action
  const { tokens, shares } = await findTargets(store, target)
  const title = target.kind === "share" ? ((await readManifest(store, target.id))?.title ?? "") : ""
  const proof = await proofsOf(options).issue(context.get("reader").name, JSON.stringify(action))
  const valid = tokens.filter(({ revoked }) => revoked === undefined).map(({ name }) => name)
  return confirmAdminAction({
    base,
    action,
    title,
    shares: shares.size,
    tokens: valid,
    signsOut: access.routes !== undefined,
    proof,
  })
}
