import type { Context } from "hono"
import { type Manifest, readManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import { publicAccess } from "../access/access.ts"
import { formProofs } from "../access/form-proof.ts"
import { requireReader } from "../access/require-reader.ts"
import { OWN_PAGE_HEADERS } from "../http/responses.ts"
import { shortId } from "../log.ts"
import { expiryPage } from "../pages/expiry-page.ts"
import * as pages from "../pages/pages.ts"
import { requestPublishing } from "../publishing/request-publishing.ts"
import { allowedLifetimes, writeChosenExpiry } from "../shares/chosen-expiry.ts"
import { readOwner } from "../shares/ownership.ts"
import { tokensOfOwner } from "../shares/tokens.ts"
import type { ServerContext, ServerEnv, ServerHono } from "./server-env.ts"

/** Adds the page `/mine/expiry`, where owners choose when a share of theirs expires, within the company's limit. */
export function addMyExpiryRoutes(app: ServerHono, options: ServerContext): void {
  const { store, tokenCipher, base, now, log, maxLifetimeMs, schedule } = options
  if (options.access === publicAccess) return
  const proofs = formProofs(tokenCipher, "expiry")
  const lifetimes = allowedLifetimes(maxLifetimeMs)

  app.get("/mine/expiry", requireReader(options), async (context) => {
    const { email } = context.get("reader")
    const manifest = await ownManifest(context, context.req.query("id"), options)
    if (!manifest) return notFound(context)
    const { id, title, expires } = manifest
    const proof = await proofs.issue(email, id)
    return context.html(expiryPage({ base, id, title, expires, lifetimes, proof }), 200, OWN_PAGE_HEADERS)
  })
  app.post("/mine/expiry", requireReader(options), async (context) => {
    const { email, name } = context.get("reader")
    const { id, proof, lifetime } = await context.req.parseBody()
    const chosen = lifetimes.find((one) => one === lifetime)
    const isValid = chosen !== undefined && typeof id === "string" && (await proofs.isValid(proof, email, id))
    const manifest = isValid ? await ownManifest(context, id, options) : undefined
    if (!manifest || !chosen) {
      log("audit", "refused", {
        reader: name,
        reason: isValid ? "not the owner of the share" : "form without a valid proof",
      })
      return notFound(context)
    }
    await writeChosenExpiry(store, manifest.id, chosen, now())
    await requestPublishing(store, manifest.id)
    schedule(manifest.id)
    log("audit", "expiry chosen", { share: shortId(manifest.id), reader: name, lifetime: chosen })
    return context.redirect(`${base}/mine`, 303)
  })
}

const notFound = (context: Context) => context.html(pages.notFound(), 404, OWN_PAGE_HEADERS)

/** The manifest of a share of the reader's. */
async function ownManifest(
  context: Context<ServerEnv>,
  id: unknown,
  { store }: ServerContext,
): Promise<Manifest | undefined> {
  const owner = typeof id === "string" && isShareId(id) ? await readOwner(store, id) : undefined
  if (!owner) return undefined
  const tokens = await tokensOfOwner(store, context.get("reader").email)
  return tokens.some(({ hash }) => hash === owner.token) ? readManifest(store, id as string) : undefined
}
