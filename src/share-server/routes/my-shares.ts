import type { Context, Hono } from "hono"
import { prefixOf, readManifest } from "../../share/manifest.ts"
import { isShareId } from "../../share/share-id.ts"
import type { ObjectStore } from "../../store/object-store.ts"
import { type Access, publicAccess, type Reader } from "../access/access.ts"
import type { TokenCipher } from "../access/encrypted-token.ts"
import { mapConcurrently } from "../http/fair-semaphore.ts"
import * as pages from "../pages/pages.ts"
import { listShareIds, readOwner } from "../shares/ownership.ts"
import type { ShareBackends } from "../shares/share-backend.ts"
import { isSameEmail, listRevoked, listTokens, type PublishToken } from "../shares/tokens.ts"

interface MySharesOptions {
  store: ObjectStore
  backends: ShareBackends
  tokenCipher: TokenCipher
  access: Access
  base: string
  forReaders: (
    answer: (context: Context, reader: Reader) => Promise<Response>,
  ) => (context: Context) => Promise<Response>
}

/** Maximum number of shares listed for each token. */
const MAX_SHARES_PER_TOKEN = 100
const CSRF_PURPOSE = "unshare"
const headers = { "cache-control": "private, no-store", "content-security-policy": pages.PAGE_CSP }

/** Adds the page that lists a reader's own shares (those of their tokens) and removes them. */
export function addMySharesRoutes(
  app: Hono,
  { store, backends, tokenCipher, access, base, forReaders }: MySharesOptions,
): void {
  const tokensOf = async ({ email }: Reader): Promise<PublishToken[]> => {
    if (email === undefined) return []
    // Shares of a revoked token still belong to its owner.
    const all = await Promise.all([listTokens(store), listRevoked(store)])
    const own = new Map(all.flat().map((token) => [token.hash, token]))
    return [...own.values()].filter(({ owner }) => isSameEmail(owner, email))
  }

  app.get(
    "/mine",
    forReaders(async (context, reader) => {
      if (access === publicAccess) return context.html(pages.sharesWithoutSignIn(), 200, headers)
      const own: pages.OwnShare[] = []
      for (const token of await tokensOf(reader))
        await mapConcurrently(await listShareIds(store, token.hash, MAX_SHARES_PER_TOKEN), async (id) => {
          const manifest = await readManifest(store, id)
          if (!manifest) return
          const proof = tokenCipher.encrypt(CSRF_PURPOSE, { id, email: reader.email }, 3600)
          own.push({
            id,
            title: manifest.title,
            url: `${base}/${prefixOf(id)}`,
            updated: manifest.updated,
            csrfToken: proof,
          })
        })
      own.sort((a, b) => (a.updated < b.updated ? 1 : -1))
      return context.html(pages.ownShares(own, base, reader.name, access.addRoutes !== undefined), 200, headers)
    }),
  )

  app.post(
    "/mine",
    forReaders(async (context, reader) => {
      const { id, proof } = await context.req.parseBody()
      const csrf = typeof proof === "string" ? tokenCipher.decrypt(CSRF_PURPOSE, proof) : undefined
      const owner = typeof id === "string" && isShareId(id) ? await readOwner(store, id) : undefined
      const isValidToken =
        csrf?.["id"] === id && csrf?.["email"] === reader.email && reader.email !== undefined && owner !== undefined
      if (!isValidToken || !(await tokensOf(reader)).some(({ hash }) => hash === owner.token))
        return context.html(pages.notFound(), 404, headers)
      await backends.remove(id as string, owner)
      return context.redirect(`${base}/mine`, 303)
    }),
  )
}
