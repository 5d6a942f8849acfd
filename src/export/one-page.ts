import { createHash } from "node:crypto"
import { REVALIDATE } from "../render/session-pages.ts"
import type { SiteOptions } from "../render/site.ts"
import type { SiteFile } from "../render/site-file.ts"
import { INDEX } from "../share/manifest.ts"
import type { Prepared } from "../share/prepare.ts"
import { singleFile } from "./single-file.ts"

/** A share of one page that holds everything: for a link that opens this object alone. */
export async function* onePage({ session }: Prepared, about: SiteOptions): AsyncGenerator<SiteFile> {
  const { id: share, version, leftOut, expires } = about
  const pieces: Buffer[] = []
  for await (const piece of singleFile(session, { version, leftOut, expires, share })) pieces.push(Buffer.from(piece))
  const body = Buffer.concat(pieces)
  const input = createHash("sha256").update("one page").update(body).digest("hex")
  const contentType = "text/html; charset=utf-8"
  yield { path: INDEX, contentType, cacheControl: REVALIDATE, input, render: async () => body }
}
