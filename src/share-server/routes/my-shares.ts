import { mapConcurrently } from "../../lib/concurrency.ts"
import { prefixOf, readManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import { MAX_CONCURRENT_READS } from "../../store/object-store.ts"
import { publicAccess, type Reader } from "../access/access.ts"
import { formProofs } from "../access/form-proof.ts"
import { requireReader } from "../access/require-reader.ts"
import { OWN_PAGE_HEADERS } from "../http/responses.ts"
import * as pages from "../pages/pages.ts"
import { listShareIds, readOwner } from "../shares/ownership.ts"
import { tokensOfOwner } from "../shares/tokens.ts"
import type { ServerContext, ServerHono } from "./server-env.ts"

/** Maximum number of shares listed for each token. */
const MAX_SHARES_PER_TOKEN = 100
/** Purpose of the proofs of this page's forms. */
const UNSHARE = "unshare"

/** Adds the page `/mine`, which lists a reader's own shares (those of their tokens) and removes them. */
export function addMySharesRoutes(app: ServerHono, options: ServerContext): void {
  const { store, backends, tokenCipher, access, base, tokensPerPerson } = options
  app.get("/mine", requireReader(options), async (context) => {
    if (access === publicAccess) return context.html(pages.sharesWithoutSignIn(), 200, OWN_PAGE_HEADERS)
    const reader = context.get("reader")
    const own = await sharesOf(reader, options)
    return context.html(
      pages.ownShares(own, {
        base,
        name: reader.name,
        isAdmin: reader.isAdmin,
        signsOut: access.routes !== undefined,
        hasTokens: tokensPerPerson > 0,
      }),
      200,
      OWN_PAGE_HEADERS,
    )
  })
  app.post("/mine", requireReader(options), async (context) => {
    const { email = "", name } = context.get("reader")
    const { id, proof, confirmed } = await context.req.parseBody()
    const isRequestedHere =
      typeof id === "string" && isShareId(id) && (await formProofs(tokenCipher, UNSHARE).isValid(proof, email, id))
    const owner = isRequestedHere ? await readOwner(store, id) : undefined
    if (!owner || !(await tokensOfOwner(store, email)).some(({ hash }) => hash === owner.token)) {
      const reason = isRequestedHere ? "not the owner of the share" : "form without a valid proof"
      options.log("audit", "refused", { reader: name, reason })
      return context.html(pages.notFound(), 404, OWN_PAGE_HEADERS)
    }
    if (confirmed !== "yes") {
      const title = (await readManifest(store, id as string))?.title ?? ""
      return context.html(
        pages.confirmUnshare({ id: id as string, title, base, csrfToken: String(proof) }),
        200,
        OWN_PAGE_HEADERS,
      )
    }
    await backends.remove(id as string, owner, name)
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
    const csrfToken = await formProofs(tokenCipher, UNSHARE).issue(email, id)
    const { title, updated, expires } = manifest
    return [{ id, title, url: `${base}/${prefixOf(id)}`, updated, expires, csrfToken }]
  })
  return found.flat().sort((a, b) => (a.updated < b.updated ? 1 : -1))
}
