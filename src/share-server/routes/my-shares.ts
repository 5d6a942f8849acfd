import { mapConcurrently } from "../../lib/concurrency.ts"
import { prefixOf, readManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import { publicAccess, type Reader } from "../access/access.ts"
import { requireReader } from "../access/require-reader.ts"
import { OWN_PAGE_HEADERS } from "../http/responses.ts"
import * as pages from "../pages/pages.ts"
import { listShareIds, readOwner } from "../shares/ownership.ts"
import { tokensOfOwner } from "../shares/tokens.ts"
import type { ServerContext, ServerHono } from "./server-env.ts"

/** Maximum number of shares listed for each token. */
const MAX_SHARES_PER_TOKEN = 100
const MAX_CONCURRENT_READS = 16
const CSRF_PURPOSE = "unshare"
const CSRF_SECONDS = 3600

/** Adds the page `/mine`, which lists a reader's own shares (those of their tokens) and removes them. */
export function addMySharesRoutes(app: ServerHono, options: ServerContext): void {
  const { store, backends, tokenCipher, access, base } = options
  app.get("/mine", requireReader(options), async (context) => {
    if (access === publicAccess) return context.html(pages.sharesWithoutSignIn(), 200, OWN_PAGE_HEADERS)
    const reader = context.get("reader")
    const own = await sharesOf(reader, options)
    return context.html(pages.ownShares(own, base, reader.name, access.routes !== undefined), 200, OWN_PAGE_HEADERS)
  })
  app.post("/mine", requireReader(options), async (context) => {
    const { email } = context.get("reader")
    const { id, proof } = await context.req.parseBody()
    const csrf = typeof proof === "string" ? await tokenCipher.decrypt(CSRF_PURPOSE, proof) : undefined
    const isRequestedHere = email !== undefined && csrf?.["id"] === id && csrf?.["email"] === email
    const owner = isRequestedHere && typeof id === "string" && isShareId(id) ? await readOwner(store, id) : undefined
    if (!owner || !(await tokensOfOwner(store, email)).some(({ hash }) => hash === owner.token))
      return context.html(pages.notFound(), 404, OWN_PAGE_HEADERS)
    await backends.remove(id as string, owner)
    return context.redirect(`${base}/mine`, 303)
  })
}

/** A reader's shares, most recently updated first. */
async function sharesOf(
  { email }: Reader,
  { store, tokenCipher, base }: Pick<ServerContext, "store" | "tokenCipher" | "base">,
): Promise<pages.OwnShare[]> {
  const tokens = await tokensOfOwner(store, email)
  const ids = await Promise.all(tokens.map(({ hash }) => listShareIds(store, hash, MAX_SHARES_PER_TOKEN)))
  const found = await mapConcurrently(ids.flat(), MAX_CONCURRENT_READS, async (id) => {
    const manifest = await readManifest(store, id)
    if (!manifest) return []
    const csrfToken = await tokenCipher.encrypt(CSRF_PURPOSE, { id, email }, CSRF_SECONDS)
    const { title, updated } = manifest
    return [{ id, title, url: `${base}/${prefixOf(id)}`, updated, csrfToken }]
  })
  return found.flat().sort((a, b) => (a.updated < b.updated ? 1 : -1))
}
