import type { Context, Hono } from "hono"
import { prefixOf, readManifest } from "../share/manifest.ts"
import { isShareId } from "../share/share-id.ts"
import type { ObjectStore } from "../store/object-store.ts"
import { type Access, publicAccess, type Reader } from "./access.ts"
import { forEach } from "./limits.ts"
import { readOwner, sharesOf } from "./owner.ts"
import * as pages from "./pages.ts"
import type { Seal } from "./seal.ts"
import type { Shares } from "./shares.ts"
import { isSamePerson, listRevoked, listTokens, type PublishToken } from "./tokens.ts"

interface MineOptions {
  store: ObjectStore
  shares: Shares
  seal: Seal
  access: Access
  base: string
  reading: (answer: (context: Context, reader: Reader) => Promise<Response>) => (context: Context) => Promise<Response>
}

/** How many shares are shown of one token. */
const SHOWN = 100
const PROOF = "unshare"
const headers = { "cache-control": "private, no-store", "content-security-policy": pages.OWN_PAGES }

/** The page on which somebody sees what they share, by their tokens, and takes it back. */
export function addMine(app: Hono, { store, shares, seal, access, base, reading }: MineOptions): void {
  const tokensOf = async ({ email }: Reader): Promise<PublishToken[]> => {
    if (email === undefined) return []
    // What was shared with a token that was revoked is still its owner's.
    const all = await Promise.all([listTokens(store), listRevoked(store)])
    const own = new Map(all.flat().map((token) => [token.hash, token]))
    return [...own.values()].filter(({ owner }) => isSamePerson(owner, email))
  }

  app.get(
    "/mine",
    reading(async (context, reader) => {
      if (access === publicAccess) return context.html(pages.nobodysShares(), 200, headers)
      const own: pages.OwnShare[] = []
      for (const token of await tokensOf(reader))
        await forEach(await sharesOf(store, token.hash, SHOWN), async (id) => {
          const manifest = await readManifest(store, id)
          if (!manifest) return
          const proof = seal.close(PROOF, { id, email: reader.email }, 3600)
          own.push({ id, title: manifest.title, url: `${base}/${prefixOf(id)}`, updated: manifest.updated, proof })
        })
      own.sort((a, b) => (a.updated < b.updated ? 1 : -1))
      return context.html(pages.ownShares(own, base, reader.name, access.addRoutes !== undefined), 200, headers)
    }),
  )

  app.post(
    "/mine",
    reading(async (context, reader) => {
      const { id, proof } = await context.req.parseBody()
      const shown = typeof proof === "string" ? seal.open(PROOF, proof) : undefined
      const owner = typeof id === "string" && isShareId(id) ? await readOwner(store, id) : undefined
      const isTheirs =
        shown?.["id"] === id && shown?.["email"] === reader.email && reader.email !== undefined && owner !== undefined
      if (!isTheirs || !(await tokensOf(reader)).some(({ hash }) => hash === owner.token))
        return context.html(pages.notThere(), 404, headers)
      await shares.remove(id as string, owner)
      return context.redirect(`${base}/mine`, 303)
    }),
  )
}
