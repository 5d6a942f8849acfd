import { createHash } from "node:crypto"
import { ShareError } from "../errors.ts"
import type { SharePageOptions } from "../render/site/share-page-options.ts"
import { CACHE_REVALIDATE, type SiteFile } from "../render/site/site-file.ts"
import type { Session } from "../session/model.ts"
import { isDeliveredPage, viewAnonymously } from "../share/anonymous-access.ts"
import { isPast } from "../share/expiry.ts"
import { INDEX, prefixOf } from "../share/manifest.ts"
import type { ShareTarget } from "../share/open-share.ts"
import type { ExtendShare, ShareExtension } from "../share/share-extension.ts"
import type { ShareLink } from "../share/share-link.ts"
import type { LinkAccess } from "../share/verify-readable.ts"
import type { ObjectStore, PresignedLink } from "../store/object-store.ts"
import { singleFile } from "./single-file.ts"
import { toBuffers } from "./write-output.ts"

/** The whole session as one page: a presigned link opens a single object only. */
const PRESIGNED_PAGE = "whole.html"

/** Options of a presigned link. */
interface PresignOptions {
  store: ObjectStore
  now: () => Date
  /** Create a presigned link that is valid for this many seconds. */
  signed?: number | undefined
}

/**
 * An extension of shares by the page that a presigned link opens: it is added if a link is requested, or while an earlier
 * one is valid. Throws `bad-usage` if a link is requested and the store cannot sign; when the share is published, what the
 * store throws when it signs.
 */
export function presignedPages(options: PresignOptions): ExtendShare {
  const { store, signed } = options
  if (signed !== undefined && !store.presign)
    throw new ShareError("bad-usage", `--signed needs an S3 bucket, and ${store.name} is not one.`, {
      hint: "Name a bucket: --to s3://bucket.",
    })
  return (target) => presignedPage(target, options)
}

async function presignedPage(
  { entry, stored }: ShareTarget,
  { store, signed, now }: PresignOptions,
): Promise<ShareExtension | undefined> {
  // Surface bucket errors before signing errors.
  if (signed !== undefined) await stored.manifestWritten
  const link = signed === undefined ? undefined : await store.presign?.(prefixOf(entry.id) + PRESIGNED_PAGE, signed)
  const before = entry.signed !== undefined && !isPast(entry.signed, now()) ? entry.signed : ""
  const until = [before, link?.until.toISOString() ?? ""].sort().at(-1)
  if (!until) return undefined
  return {
    addFiles: withPresignedPage,
    entry: { signed: until },
    link: async (plain, { id, objects }) =>
      link ? verifyPresigned(link, id, objects[PRESIGNED_PAGE]!.hash, plain) : plain,
  }
}

/** Adds the presigned page to the files of a share, before `index.html`. */
export async function* withPresignedPage(
  files: AsyncIterable<SiteFile>,
  session: Session,
  { id: share, version, leftOut, expires }: SharePageOptions,
): AsyncGenerator<SiteFile> {
  const all = createHash("sha256")
  for await (const file of files) {
    all.update(`${file.path} ${file.input} `)
    if (file.path === INDEX)
      yield {
        path: PRESIGNED_PAGE,
        contentType: "text/html; charset=utf-8",
        cacheControl: CACHE_REVALIDATE,
        input: all.digest("hex"),
        async render() {
          const pieces: Buffer[] = []
          for await (const piece of toBuffers(singleFile(session, { version, leftOut, expires, share })))
            pieces.push(piece)
          return Buffer.concat(pieces)
        },
      }
    yield file
  }
}

/**
 * Opens a presigned link anonymously: it must return the page as uploaded. Returns the link, who can read the share
 * without it, and a note if the page stays readable after the link expires. Throws `store-denied` if it does not open.
 */
async function verifyPresigned(
  { url, until, note }: PresignedLink,
  id: string,
  hash: string,
  others: LinkAccess,
): Promise<ShareLink> {
  const [view, unsigned] = await Promise.all([viewAnonymously(url, id), viewAnonymously(withoutQuery(url), id)])
  const opens = isDeliveredPage(view) && view.hash === hash
  if (!opens && view.seen !== "unreachable")
    throw new ShareError(
      "store-denied",
      `The session is shared, but its signed link does not open (${"status" in view ? view.status : view.seen}).`,
      { hint: "Allow s3:GetObject for the credentials that sign it, and set the bucket's region." },
    )
  const unseen = view.seen === "unreachable" && `The link could not be checked from here (${view.reason}).`
  // Only report access without the link if there is any: a private bucket is expected here.
  const isOpen = isDeliveredPage(unsigned)
  const isPublic = isOpen ? true : others.public
  const { seen } = others
  const isSeen = others.public === true || seen === "text" || seen === "download" || seen === "compressed"
  const notes = [unseen, note, isOpen && BUCKET_IS_PUBLIC, isSeen && others.note].filter(Boolean)
  return {
    url,
    signed: until.toISOString(),
    public: isPublic,
    seen,
    ...(notes.length > 0 && { note: notes.join(" ") }),
  }
}

const BUCKET_IS_PUBLIC =
  "The page stays readable after the link expires: this bucket is public, so the same address opens without the signature. Remove public s3:GetObject access from the bucket, use a private bucket, or unshare."

function withoutQuery(link: string): string {
  const url = new URL(link)
  url.search = ""
  return url.href
}
